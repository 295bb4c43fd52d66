import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withPassing } from '../../foundation/passing.ts';
import { textOf } from '../../foundation/option-values.ts';
import { showPlaces } from '../../foundation/places.ts';
import type { ReadOptions } from '../../foundation/read-options.ts';
import { configOptions } from '../../foundation/redaction-option-table.ts';
import type { Bundle } from '../../recording/bundle/bundle-folder.ts';
import { filesOf } from '../../recording/bundle/bundle-manifest.ts';
import type { Bundled } from '../../recording/bundle/find-bundled.ts';
import { openBundled } from '../../recording/bundle/find-bundled.ts';
import { isBundle } from '../../recording/find-recordings.ts';
import { findConfig, readConfig } from '../../recording/project-config.ts';
import type { BundleNames } from '../../sharing/create-bundle.ts';
import { createBundle } from '../../sharing/create-bundle.ts';
import { gatherFiles } from '../../sharing/gather-files.ts';
import { refuseSecrets } from '../../sharing/refuse-secrets.ts';
import type { SharingTools } from '../../sharing/tools.ts';

/** What is to be a bundle. */
export interface Wanted {
  words: readonly string[];
  values: ReadOptions['values'];
  /** What it is for, as errors say it. */
  purpose: 'make a bundle' | 'push';
}

/**
 * Makes a bundle of what was named, in a folder that goes again, and hands it on once it is sound and no secret was
 * found in it. One word that is a bundle already is that bundle, but for a name and a version that are given.
 * @throws RepriseError where it can't be made, or `secret-found`
 */
export async function withBundle<T>(
  { words, values, purpose }: Wanted,
  tools: SharingTools,
  use: (bundle: Bundle) => Promise<T>,
): Promise<T> {
  const wanted = words.length === 0 ? usual() : words;
  const [only = '', second] = wanted;
  const given =
    second === undefined && only !== '' && isBundle(only) ? await openBundled(only, { mayDiffer: true }) : undefined;
  const manifest = given?.bundle.manifest;
  const names = {
    name: textOf(values['name']) ?? manifest?.name,
    version: textOf(values['version']) ?? manifest?.version,
  };
  const folder = mkdtempSync(join(tmpdir(), 'reprise-'));
  return withPassing(folder, async () => {
    const bundle =
      given !== undefined && isAsItIs(given, names)
        ? given.bundle
        : await createBundle(await gatherFiles(wanted, tools), names, folder);
    await checkRules(bundle, tools);
    await refuseSecrets(bundle, { tools, purpose }); // before a name is told that may be one
    await checkRecordings(bundle, { tools, purpose });
    return use(bundle);
  });
}

function isAsItIs({ bundle: { manifest }, files }: Bundled, { name, version }: BundleNames): boolean {
  return files.length === filesOf(manifest).length && name === manifest.name && version === manifest.version;
}

/** What no replay would take is told to those who make it, not to those who get it. */
async function checkRules({ folder, manifest }: Bundle, { checkPlan, checkConfig }: SharingTools): Promise<void> {
  for (const { file } of manifest.faultPlans) await checkPlan(join(folder, file));
  if (manifest.config !== undefined) await checkConfig(join(folder, manifest.config.file));
}

async function checkRecordings(
  { folder, manifest }: Bundle,
  { tools, purpose }: { tools: SharingTools; purpose: Wanted['purpose'] },
): Promise<void> {
  for (const { file } of manifest.recordings) {
    const path = join(folder, file);
    const doubt = await tools.requireFit(path, purpose);
    if (doubt !== undefined) tools.onWarning(`${showPlaces(path)}: ${doubt}`);
  }
}

/** Where nothing was named, the recordings of the nearest configuration are meant. */
function usual(): string[] {
  const config = findConfig(process.cwd());
  return config === undefined ? [] : [readConfig(config, configOptions).recordings];
}
