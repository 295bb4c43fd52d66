import { statSync } from 'node:fs';
import { join } from 'node:path';
import { RepriseError } from '../../foundation/reprise-error.ts';
import type { Bundle } from './bundle-folder.ts';
import { openBundleFolder } from './bundle-folder.ts';
import { cacheFolder, findCached, openArchive } from './cache.ts';
import type { Lock } from './lock-file.ts';
import { findLock, findReference, pinOf, readLock } from './lock-file.ts';
import type { Reference } from './reference.ts';
import { fileReference } from './reference.ts';

/**
 * The recordings of a bundle: a folder, an archive, or a reference to one that was pulled. Nothing is fetched.
 * @throws RepriseError where it is not at hand, or not what it says or was pinned
 */
export async function findBundled(word: string): Promise<string[]> {
  const lock = readLock(findLock(process.cwd()));
  const reference = findReference(word, lock);
  const bundle = await open(reference, lock);
  refuseOther(bundle, word, pinOf(reference, lock));
  const { folder, manifest } = bundle;
  if (manifest.recordings.length === 0)
    throw new RepriseError('not-found', `Failed to find a recording: the bundle ${word} holds none. Name another.`);
  return manifest.recordings.map(({ file }) => join(folder, file));
}

/** Opens what `findBundled` finds recordings in, whatever a path is pinned to. @throws RepriseError as there */
export async function openBundle(word: string): Promise<Bundle> {
  const lock = readLock(findLock(process.cwd()));
  return open(findReference(word, lock), lock);
}

/** @throws RepriseError `wrong-digest` where a bundle is not what was pinned */
export function refuseOther({ digest }: Bundle, word: string, pin: string | undefined): void {
  if (pin === undefined || digest === pin) return;
  throw new RepriseError(
    'wrong-digest',
    `Failed to take ${word}: it is ${digest} now, and was pinned as ${pin}. To take what it is now, pull it by its name.`,
  );
}

/** A word that means the same without a lock. @throws RepriseError `not-pinned` */
export function pinWord(word: string): string {
  const lock = readLock(findLock(process.cwd()));
  const reference = findReference(word, lock);
  if (reference.digest !== undefined) return word;
  if (reference.kind !== 'path') return `${word}${reference.kind === 'oci' ? '@' : '#'}${requirePin(reference, lock)}`;
  const pin = pinOf(reference, lock);
  return pin === undefined ? word : fileReference(reference.path, pin);
}

async function open(reference: Reference, lock: Lock): Promise<Bundle> {
  if (reference.kind !== 'path') return openPulled(reference.text, requirePin(reference, lock));
  const { path, text } = reference;
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? openBundleFolder(path, text) : openArchive(path, text);
}

function requirePin(reference: Reference, lock: Lock): string {
  const pinned = pinOf(reference, lock);
  if (pinned !== undefined) return pinned;
  throw new RepriseError(
    'not-pinned',
    `Failed to find ${reference.text}: ${lock.file} does not pin it. Bring it with \`reprise pull ${reference.text}\`.`,
  );
}

function openPulled(text: string, digest: string): Bundle {
  const bundle = findCached(digest, text);
  if (bundle !== undefined) return bundle;
  throw new RepriseError(
    'not-found',
    `Failed to find ${text}: ${digest} is not in the cache ${cacheFolder()}. Bring it with \`reprise pull\`.`,
  );
}
