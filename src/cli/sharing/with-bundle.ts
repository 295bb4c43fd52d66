import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadOptions } from '../../foundation/read-options.ts';
import { configOptions } from '../../foundation/redaction-option-table.ts';
import type { Bundle } from '../../recording/bundle/bundle-folder.ts';
import { isBundleFolder } from '../../recording/bundle/bundle-folder.ts';
import { openBundle } from '../../recording/bundle/find-bundled.ts';
import { isBundleWord } from '../../recording/find-recordings.ts';
import { findConfig, readConfig } from '../../recording/project-config.ts';
import { createBundle } from '../../sharing/create-bundle.ts';
import { gatherFiles } from '../../sharing/gather-files.ts';
import { refuseSecrets } from '../../sharing/refuse-secrets.ts';
import type { SharingTools } from '../../sharing/tools.ts';

/** What is to be a bundle. */
export interface Wanted {
  words: readonly string[];
  values: ReadOptions['values'];
}

/**
 * Makes a bundle of what was named, in a folder that goes again, and hands it on once no secret was found in it. One
 * word that is a bundle already is that bundle.
 * @throws RepriseError where it can't be made, or `secret-found`
 */
export async function withBundle<T>(
  { words, values }: Wanted,
  tools: SharingTools,
  use: (bundle: Bundle) => Promise<T>,
): Promise<T> {
  const [only = '', second] = words;
  const folder = mkdtempSync(join(tmpdir(), 'reprise-'));
  try {
    const isMade = second === undefined && (isBundleWord(only) || isBundleFolder(only));
    const bundle = isMade
      ? await openBundle(only)
      : await createBundle(
          await gatherFiles(words.length === 0 ? usual() : words, tools),
          { name: textOf(values['name']), version: textOf(values['version']) },
          folder,
        );
    await refuseSecrets(bundle, tools);
    return await use(bundle);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where nothing was named, the recordings of the nearest configuration are meant. */
function usual(): string[] {
  const config = findConfig(process.cwd());
  return config === undefined ? [] : [readConfig(config, configOptions).recordings];
}

function textOf(value: ReadOptions['values'][string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
