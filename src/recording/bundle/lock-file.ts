import { existsSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, parseJson } from '../../foundation/parse-json.ts';
import { readSmallText } from '../../foundation/read-small-text.ts';
import { RepriseError, reasonOf, systemCode } from '../../foundation/reprise-error.ts';
import { configName } from '../project-config.ts';
import { writeWhole } from './cache-folder.ts';
import { digestPattern } from './digest.ts';
import { bundleLimits } from './limits.ts';
import type { Reference } from './reference.ts';
import { fileReference, parseReference } from './reference.ts';

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
    pins.set(keyOf(placeReference(reference, dirname(file)), file), digest);
  }
  return { file, pins };
}

/** What a reference says, its path counted from a folder. @throws RepriseError `usage` where it is none */
export function placeReference(text: string, folder: string): Reference {
  const reference = parseReference(text);
  // From the working folder it stays as it was given: people read it.
  return reference.kind === 'path' && folder !== process.cwd()
    ? { ...reference, path: resolve(folder, reference.path) }
    : reference;
}

/**
 * What was given by hand: its path counts from the working folder. As the lock spells it, it is taken from the lock's
 * folder where nothing is here.
 * @throws RepriseError `usage` where it is none
 */
export function findReference(word: string, { file, pins }: Lock): Reference {
  const here = placeReference(word, process.cwd());
  const isOfLock = here.kind === 'path' && pins.has(word) && !existsSync(here.path);
  return isOfLock ? placeReference(word, dirname(file)) : here;
}

/** The one spelling by which a lock has a reference: a path is told from its folder, so that it holds everywhere. */
export function keyOf(reference: Reference, lockFile: string): string {
  if (reference.kind !== 'path') return reference.text;
  return fileReference(relative(dirname(resolve(lockFile)), reference.path) || '.');
}

/** What a reference is pinned to: its own digest, or that of the lock. */
export function pinOf(reference: Reference, { file, pins }: Lock): string | undefined {
  return reference.digest ?? pins.get(keyOf(reference, file));
}

/**
 * Changes a lock while no other process does, so that two that pull at once both have their pins in it. Where nothing
 * is to be changed, nothing is written.
 * @throws RepriseError `not-writable`, or `usage` where it is none
 */
export async function changeLock(file: string, change: (pins: Lock['pins']) => Lock['pins']): Promise<void> {
  const { pins } = readLock(file);
  if (isDeepStrictEqual(change(pins), pins)) return;
  const target = existsSync(file) ? realpathSync(file) : file; // a link stays one
  const turn = `${target}.turn`;
  for (let waited = 0; !takeTurn(turn, file) && waited < longestTurn; waited += turnCheck) await sleep(turnCheck);
  try {
    writeLock(target, change(readLock(target).pins));
  } finally {
    rmSync(turn, { force: true });
  }
}

/** A turn lasts milliseconds: one that is still there after so many was left by a process that was killed. */
const longestTurn = 2000;
const turnCheck = 10;

function takeTurn(turn: string, file: string): boolean {
  try {
    writeFileSync(turn, '', { flag: 'wx' });
    return true;
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw notWritable(file, error);
    if (statSync(turn, { throwIfNoEntry: false })?.isDirectory() === true)
      throw new RepriseError('not-writable', `Failed to write ${file}: ${turn} is a folder. Remove it.`, { file });
    return false;
  }
}

/** Whole and in one order, so that a change of a pin is one line in a diff. */
function writeLock(file: string, pins: Lock['pins']): void {
  const sorted = [...pins]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([reference, digest]) => [reference, { digest }]);
  const text = `${JSON.stringify({ format, version: formatVersion, bundles: Object.fromEntries(sorted) as object }, undefined, 2)}\n`;
  try {
    writeWhole(file, text);
  } catch (error) {
    throw notWritable(file, error);
  }
}

function notWritable(file: string, cause: unknown): RepriseError {
  const message = `Failed to write ${file}: ${reasonOf(cause)}. Make its folder writable.`;
  return new RepriseError('not-writable', message, { file, cause });
}

function readText(file: string): string {
  try {
    return readSmallText(file, bundleLimits.smallFile);
  } catch (error) {
    throw refuse(file, reasonOf(error));
  }
}

/** @param reason a sentence without its full stop */
function refuse(file: string, reason: string): RepriseError {
  return new RepriseError('usage', `Failed to read ${file}: ${reason}. Mend it, or remove it and pull again.`, {
    file,
  });
}
