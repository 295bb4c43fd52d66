// A thread of its own: reading, hashing and unpacking a package of many megabytes must not hold up the forwarding.
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { parseNames } from '../recording/plugin-package.ts';
import type { PluginNames } from '../recording/skim-package.ts';
import { PackageFault, readManifest } from '../recording/read-manifest.ts';
import { readSecretFields } from '../recording/secret-fields.ts';
import type { PackageFacts } from './package-facts.ts';

/** A package over this size is not read: the program itself refuses it. */
const largestPackage = 256 << 20;

function readFacts(file: string): PackageFacts | undefined {
  const stat = statSync(file);
  if (!stat.isFile() || stat.size > largestPackage) return undefined; // a pipe might never end
  const bytes = readFileSync(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { plugin: { ...readNames(bytes), sha256 }, secretFields: readFields(bytes) };
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

function readFields(bytes: Uint8Array): string[] {
  try {
    return readSecretFields(bytes);
  } catch {
    // No zip file: there is nothing to run, and so nothing to hide.
    return [];
  }
}

function answer(): PackageFacts | undefined {
  try {
    return readFacts(String(workerData));
  } catch {
    // A package that can't be read: the recording does without.
    return undefined;
  }
}

parentPort?.postMessage(answer());
