// A thread of its own: reading, hashing and unpacking a package of many megabytes must not hold up the forwarding.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { unzipSync } from 'fflate';
import { parse } from 'yaml';

/** A package over this size is not read: the program itself refuses it. */
const largestPackage = 256 << 20;
const largestManifest = 1 << 20;

/** What a package says of itself. */
export interface PluginIdentity {
  author?: string;
  name?: string;
  version?: string;
  /** Of the package file, in hexadecimal. */
  sha256: string;
}

function readIdentity(file: string): PluginIdentity | undefined {
  const bytes = readFileSync(file);
  if (bytes.length > largestPackage) return undefined;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const manifest = readManifest(bytes);
  return manifest === undefined
    ? { sha256 }
    : { ...pick(manifest, 'author'), ...pick(manifest, 'name'), ...pick(manifest, 'version'), sha256 };
}

function readManifest(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => name === 'manifest.yaml' && originalSize <= largestManifest,
    });
    const manifest: unknown = parse(Buffer.from(files['manifest.yaml'] ?? []).toString());
    return typeof manifest === 'object' && manifest !== null ? { ...manifest } : undefined;
  } catch {
    // Not a package, or a manifest that is not YAML: the program says so itself, and the digest still tells which file it was.
    return undefined;
  }
}

function pick(manifest: Record<string, unknown>, key: 'author' | 'name' | 'version'): Partial<PluginIdentity> {
  const value = manifest[key];
  return typeof value === 'string' || typeof value === 'number' ? { [key]: String(value) } : {};
}

function answer(): PluginIdentity | undefined {
  try {
    return readIdentity(String(workerData));
  } catch {
    // A package that can't be read: the recording does without.
    return undefined;
  }
}

parentPort?.postMessage(answer());
