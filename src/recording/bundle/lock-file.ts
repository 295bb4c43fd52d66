import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isJsonObject, parseJson } from '../../foundation/parse-json.ts';
import { RepriseError, reasonOf } from '../../foundation/reprise-error.ts';
import { configName } from '../project-config.ts';
import { writeWhole } from './cache.ts';
import { digestPattern } from './digest.ts';
import { bundleLimits } from './limits.ts';

/** The file that pins a project's bundles; it belongs into git. */
export const lockName = 'reprise.lock.json';
const format = 'reprise-lock';
const formatVersion = 1;

/** A project's pins: digests by references. */
export interface Lock {
  file: string;
  pins: ReadonlyMap<string, string>;
}

/**
 * The lock for a folder: beside the nearest configuration or lock, as far up as the repository's root; otherwise in
 * the folder itself. It need not be there yet.
 */
export function findLock(folder: string): string {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if ([lockName, configName].some((name) => existsSync(join(at, name)))) return join(at, lockName);
    if (existsSync(join(at, '.git')) || dirname(at) === at) return join(resolve(folder), lockName);
  }
}

/**
 * Reads a lock; one that is not there pins nothing.
 * @throws RepriseError `usage` where it is none
 */
export function readLock(file: string): Lock {
  if (!existsSync(file)) return { file, pins: new Map() };
  const value = parseJson(readText(file));
  const bundles = isJsonObject(value) && value['format'] === format ? value['bundles'] : undefined;
  if (!isJsonObject(value) || !isJsonObject(bundles)) throw refuse(file, 'it is no lock of reprise');
  if (value['version'] !== formatVersion) throw refuse(file, `it is not of version ${formatVersion}`);
  const pins = new Map<string, string>();
  for (const [reference, pin] of Object.entries(bundles)) {
    const digest = isJsonObject(pin) ? pin['digest'] : undefined;
    if (typeof digest !== 'string' || !digestPattern.test(digest))
      throw refuse(file, `it gives ${reference} no digest`);
    pins.set(reference, digest);
  }
  return { file, pins };
}

/**
 * Writes a lock, whole and in one order, so that a change of a pin is one line in a diff.
 * @throws RepriseError `not-writable`
 */
export function writeLock({ file, pins }: Lock): void {
  const sorted = [...pins]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([reference, digest]) => [reference, { digest }]);
  const text = `${JSON.stringify({ format, version: formatVersion, bundles: Object.fromEntries(sorted) as object }, undefined, 2)}\n`;
  try {
    if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeWhole(file, text);
  } catch (error) {
    throw new RepriseError('not-writable', `Failed to write ${file}: ${reasonOf(error)}. Make its folder writable.`, {
      file,
      cause: error,
    });
  }
}

function readText(file: string): string {
  try {
    if (statSync(file).size > bundleLimits.smallFile) throw refuse(file, 'it is far too large');
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof RepriseError) throw error;
    throw refuse(file, reasonOf(error));
  }
}

/** @param reason a sentence without its full stop */
function refuse(file: string, reason: string): RepriseError {
  return new RepriseError('usage', `Failed to read ${file}: ${reason}. Mend it, or remove it and pull again.`, {
    file,
  });
}
