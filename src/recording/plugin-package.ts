import { unzipSync } from 'fflate';
import { parseDocument } from 'yaml';
import { isJsonObject } from '../foundation/parse-json.ts';

const manifestName = 'manifest.yaml';
const largestManifest = 1 << 20;

/** What a package says of itself. */
export interface PluginIdentity {
  author?: string;
  name?: string;
  version?: string;
  /** Of the package file, in hexadecimal. */
  sha256: string;
}

/** Why a file is no package, in the program's own words. */
export class PackageFault extends Error {
  override readonly name = 'PackageFault';
}

/**
 * Reads the names in a package's manifest.
 * @throws PackageFault where it is no zip file, or has no manifest that is YAML
 */
export function readManifest(bytes: Uint8Array): Omit<PluginIdentity, 'sha256'> {
  const manifest = parseManifest(Buffer.from(readEntry(bytes)).toString());
  return { ...pick(manifest, 'author'), ...pick(manifest, 'name'), ...pick(manifest, 'version') };
}

function readEntry(bytes: Uint8Array): Uint8Array {
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => name === manifestName && originalSize <= largestManifest,
    });
  } catch (error) {
    throw new PackageFault('difypkg: not a valid difypkg file', { cause: error });
  }
  const entry = files[manifestName];
  if (entry === undefined) throw new PackageFault(`open ${manifestName}: file does not exist`);
  return entry;
}

/**
 * Reads the text of a manifest.
 * @throws PackageFault where it is no YAML
 */
export function parseManifest(text: string): Record<string, unknown> {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error === undefined) {
    const value: unknown = document.toJS();
    return isJsonObject(value) ? value : {};
  }
  const line = error.linePos?.[0].line ?? 1;
  throw new PackageFault(`yaml: line ${line}: ${goWords[error.code] ?? 'did not find expected node content'}`, {
    cause: error,
  });
}

/** The words of Go's parser for the commonest faults. */
const goWords: Readonly<Record<string, string>> = {
  BAD_INDENT: 'did not find expected key',
  BLOCK_AS_IMPLICIT_KEY: 'mapping values are not allowed in this context',
  MULTILINE_IMPLICIT_KEY: "could not find expected ':'",
  MISSING_CHAR: 'found unexpected end of stream',
  TAB_AS_INDENT: 'found character that cannot start any token',
};

function pick(manifest: Record<string, unknown>, key: 'author' | 'name' | 'version'): Partial<PluginIdentity> {
  const value = manifest[key];
  return typeof value === 'string' || typeof value === 'number' ? { [key]: String(value) } : {};
}
