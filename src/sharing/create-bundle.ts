import { copyFileSync, createReadStream, createWriteStream, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeFolder } from '../foundation/make-folder.ts';
import { libraryName } from '../foundation/check-options.ts';
import { isJsonObject, parseJson } from '../foundation/parse-json.ts';
import { namePlace, showPlaces } from '../foundation/places.ts';
import { redactionOptions } from '../foundation/redaction-option-table.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import type { Bundle } from '../recording/bundle/bundle-folder.ts';
import { ownKeys, readBundleFolder } from '../recording/bundle/bundle-folder.ts';
import type { BundledFile, BundledRecording, BundleManifest } from '../recording/bundle/bundle-manifest.ts';
import { encodeBundleManifest, isBundledName, manifestName } from '../recording/bundle/bundle-manifest.ts';
import { digestFile } from '../recording/bundle/digest.ts';
import { configName, readConfigText } from '../recording/project-config.ts';
import { openPlain } from '../recording/recording-reader.ts';
import { describeRecording } from './describe-recording.ts';
import type { Gathered } from './gather-files.ts';

/** Expressions tell what was to be hidden, and nobody's bundle says what another redacts. */
const leftOut: ReadonlySet<string> = new Set([...ownKeys, ...redactionOptions.map(libraryName)]);

/** What a bundle is called by those who make it. */
export interface BundleNames {
  name: string | undefined;
  version: string | undefined;
}

/**
 * Writes a bundle's files into a folder that is there and empty: the same bytes for the same input.
 * @throws RepriseError where a recording is none, or a name can't stand in a bundle
 */
export async function createBundle(gathered: Gathered, names: BundleNames, folder: string): Promise<Bundle> {
  const recordings: BundledRecording[] = [];
  for (const [file, from] of gathered.recordings) {
    const to = openPlace(folder, file, from);
    await copyPlain(from, to);
    recordings.push({ ...describeFile(folder, file), ...(await describeRecording(to)) });
  }
  const faultPlans = [...gathered.faultPlans].map(([file, from]) => {
    copyFileSync(from, openPlace(folder, file, from));
    return describeFile(folder, file);
  });
  const config = gathered.config === undefined ? undefined : copyConfig(gathered.config, folder);
  const manifest: BundleManifest = {
    name: names.name ?? nameAfter(recordings),
    version: names.version ?? '0.0.0',
    recordings,
    faultPlans,
    ...(config === undefined ? {} : { config }),
  };
  writeFileSync(join(folder, manifestName), encodeBundleManifest(manifest));
  return readBundleFolder(folder, 'the bundle');
}

function openPlace(folder: string, file: string, from: string): string {
  if (!isBundledName(file))
    throw new RepriseError(
      'usage',
      `Failed to make a bundle: ${from} has a name that some systems can't have. Rename it.`,
      { file: from },
    );
  const to = join(folder, file);
  namePlace(to, showPlaces(from));
  makeFolder(dirname(to));
  return to;
}

/** A recording that is packed would be packed differently by another's gzip. */
async function copyPlain(from: string, to: string): Promise<void> {
  // The stream closes what was opened, however it ends.
  await pipeline(createReadStream('', { fd: await openPlain(from), start: 0 }), createWriteStream(to));
}

function describeFile(folder: string, file: string): BundledFile {
  const path = join(folder, file);
  return { file, size: statSync(path).size, digest: digestFile(path) };
}

/** What says where a project has its files stays with the project. @returns undefined where nothing else is said */
function copyConfig(from: string, folder: string): BundledFile | undefined {
  const value = parseJson(readConfigText(from));
  if (!isJsonObject(value))
    throw new RepriseError('usage', `Failed to read ${from}: it is no JSON object. Mend it.`, { file: from });
  const kept = Object.entries(value).filter(([key]) => !leftOut.has(key));
  if (kept.length === 0) return undefined;
  writeFileSync(join(folder, configName), `${JSON.stringify(Object.fromEntries(kept), undefined, 2)}\n`);
  return describeFile(folder, configName);
}

/** Not after the output's name, which may be another each time. */
function nameAfter(recordings: readonly BundledRecording[]): string {
  const [first, second] = new Set(recordings.map(({ plugin }) => plugin?.['name']));
  return second === undefined && typeof first === 'string' ? first : 'fixtures';
}
