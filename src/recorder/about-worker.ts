// A thread of its own: reading, hashing and unpacking a package of many megabytes must not hold up the forwarding.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { PluginIdentity } from '../recording/plugin-package.ts';
import { parseNames } from '../recording/plugin-package.ts';
import type { PluginNames } from '../recording/skim-package.ts';
import { PackageFault, readManifest } from '../recording/read-manifest.ts';

/** A package over this size is not read: the program itself refuses it. */
const largestPackage = 256 << 20;

function readIdentity(file: string): PluginIdentity | undefined {
  const bytes = readFileSync(file);
  if (bytes.length > largestPackage) return undefined;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...readNames(bytes), sha256 };
}

/** Where it is no package the program says so itself, and the digest still tells which file it was. */
function readNames(bytes: Uint8Array): PluginNames {
  try {
    return parseNames(readManifest(bytes));
  } catch (error) {
    if (error instanceof PackageFault) return {};
    throw error;
  }
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
