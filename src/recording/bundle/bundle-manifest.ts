import { isJsonObject, parseJson } from '../../foundation/parse-json.ts';
import { RepriseError } from '../../foundation/reprise-error.ts';
import { configName } from '../project-config.ts';
import { digestPattern } from './digest.ts';
import { bundleLimits } from './limits.ts';

/** The file that makes a folder a bundle. */
export const manifestName = 'bundle.json';
const format = 'reprise-bundle';
const formatVersion = 1;
/** A folder and a name that is one on any system: no dots at its beginning, no separators, no controls; `#` parts it from its bundle's name. */
const safeName = /^(recordings|faults)\/(?![.])[^/\\:*?"<>|#\p{Cc}\p{Cs}]{1,200}(?<![. ])$/u;
/** In bytes: systems take 255, and a file that is being written has more behind its name. */
const longestName = 220;

/** A file of a bundle. */
export interface BundledFile {
  /** Its path in the bundle, with `/`. */
  file: string;
  size: number;
  digest: string;
}

/** A recording, with what its users want to know before they take it. */
export interface BundledRecording extends BundledFile {
  plugin?: Readonly<Record<string, unknown>>;
  program?: Readonly<Record<string, unknown>>;
  actions: readonly string[];
  counts: { lines: number; messages: number; invocations: number };
}

/** What a bundle says of itself. */
export interface BundleManifest {
  name: string;
  version: string;
  recordings: readonly BundledRecording[];
  faultPlans: readonly BundledFile[];
  config?: BundledFile;
}

/** All files but the manifest, in the order in which they travel. */
export function filesOf({ recordings, faultPlans, config }: BundleManifest): BundledFile[] {
  return [...recordings, ...faultPlans, ...(config === undefined ? [] : [config])];
}

/** The manifest's bytes: the same for the same content. */
export function encodeBundleManifest({ name, version, recordings, faultPlans, config }: BundleManifest): Buffer {
  const value = { format, format_version: formatVersion, name, version, recordings, fault_plans: faultPlans, config };
  return Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
}

/**
 * Reads a manifest.
 * @param source what it is of, for messages
 * @throws RepriseError `bad-bundle`, or `newer-version` where it was made by a later reprise
 */
export function parseBundleManifest(bytes: Buffer, source: string): BundleManifest {
  const value = parseJson(bytes.toString());
  if (!isJsonObject(value) || value['format'] !== format) throw refuse(source, 'its manifest is none of a bundle');
  const made: unknown = value['format_version'];
  if (typeof made !== 'number' || !Number.isInteger(made) || made < 1)
    throw refuse(source, 'its manifest has no version of its format');
  if (made > formatVersion)
    throw new RepriseError(
      'newer-version',
      `Failed to open ${source}: it has bundle version ${made}, and this reprise reads up to ${formatVersion}. Update reprise.`,
    );
  const { name, version, recordings, fault_plans: faultPlans, config } = value;
  if (typeof name !== 'string' || typeof version !== 'string')
    throw refuse(source, 'its manifest has no name or no version');
  if (!Array.isArray(recordings) || !Array.isArray(faultPlans))
    throw refuse(source, 'its manifest has no list of files');
  const manifest: BundleManifest = {
    name,
    version,
    recordings: recordings.map((one) => parseFile(one, 'recordings', source) as BundledRecording), // what only people read is not checked
    faultPlans: faultPlans.map((one) => parseFile(one, 'faults', source)),
    ...(config === undefined ? {} : { config: parseFile(config, configName, source) }),
  };
  refuseUnfit(filesOf(manifest), source);
  return manifest;
}

function parseFile(value: unknown, folder: string, source: string): BundledFile {
  if (!isJsonObject(value)) throw refuse(source, 'its manifest lists what is no file');
  const { file, size, digest } = value;
  if (typeof file !== 'string' || !isBundledName(file) || !file.startsWith(folder))
    throw refuse(source, `its manifest names ${JSON.stringify(file)?.slice(0, 200)}, which is no name in a bundle`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw refuse(source, `its manifest gives ${file} no size`);
  if (typeof digest !== 'string' || !digestPattern.test(digest))
    throw refuse(source, `its manifest gives ${file} no sha256 digest`);
  return { ...value, file, size, digest };
}

/** Whether a path can stand in a bundle, apart from the manifest: nothing else is ever written. */
export function isBundledName(path: string): boolean {
  return path === configName || (safeName.test(path) && Buffer.byteLength(path) <= longestName);
}

/** What names have in common that some systems take for one. */
export function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** @throws RepriseError where there are too many files, too large ones, or two with a name that some systems take for one */
function refuseUnfit(files: readonly BundledFile[], source: string): void {
  if (files.length >= bundleLimits.files) throw tooLarge(source, `it has more than ${bundleLimits.files} files`);
  const sum = files.reduce((total, { size }) => total + size, 0);
  if (sum > bundleLimits.bytes) throw tooLarge(source, `it holds more than ${bundleLimits.bytes} bytes`);
  const large = files.find(({ file, size }) => !file.startsWith('recordings/') && size > bundleLimits.smallFile);
  if (large !== undefined) throw tooLarge(source, `its ${large.file} is larger than ${bundleLimits.smallFile} bytes`);
  const names = files.map(({ file }) => foldName(file));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refuse(source, `its manifest names ${twice} twice`);
}

/**
 * The error for a bundle that is none, or not what it says.
 * @param reason a sentence without its full stop
 * @param advice the same
 */
export function refuse(source: string, reason: string, advice = 'Take it from where you trust it'): RepriseError {
  return new RepriseError('bad-bundle', `Failed to open ${source}: ${reason}. ${advice}.`, { file: source });
}

/** The error for a bundle beyond the limits. @param reason a sentence without its full stop */
export function tooLarge(source: string, reason: string): RepriseError {
  return new RepriseError('too-large', `Failed to open ${source}: ${reason}. That is beyond what a bundle may be.`, {
    file: source,
  });
}
