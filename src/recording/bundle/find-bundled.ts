import { statSync } from 'node:fs';
import { join } from 'node:path';
import { RepriseError } from '../../foundation/reprise-error.ts';
import type { Bundle } from './bundle-folder.ts';
import { openBundleFolder } from './bundle-folder.ts';
import { cacheFolder, findCached, openArchive } from './cache.ts';
import { findLock, readLock } from './lock-file.ts';
import type { Reference } from './reference.ts';
import { parseReference } from './reference.ts';

/**
 * The recordings of a bundle: a folder, an archive, or a reference to one that was pulled. Nothing is fetched.
 * @throws RepriseError where it is not at hand, or not what it says
 */
export async function findBundled(word: string): Promise<string[]> {
  const { folder, manifest } = await openBundle(word);
  if (manifest.recordings.length === 0)
    throw new RepriseError('not-found', `Failed to find a recording: the bundle ${word} holds none. Name another.`);
  return manifest.recordings.map(({ file }) => join(folder, file));
}

/** Opens what `findBundled` finds recordings in. @throws RepriseError as there */
export async function openBundle(word: string): Promise<Bundle> {
  const reference = parseReference(word);
  if (reference.kind !== 'path') return openPulled(reference);
  const isFolder = statSync(reference.path, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? openBundleFolder(reference.path) : openArchive(reference.path);
}

/**
 * What a reference is pinned to: its own digest, or that of the lock.
 * @throws RepriseError `not-pinned`
 */
function pinOf(reference: Exclude<Reference, { kind: 'path' }>): string {
  const lock = readLock(findLock(process.cwd()));
  const pinned = (reference.kind === 'oci' ? reference.digest : undefined) ?? lock.pins.get(reference.text);
  if (pinned !== undefined) return pinned;
  throw new RepriseError(
    'not-pinned',
    `Failed to find ${reference.text}: ${lock.file} does not pin it. Bring it with \`reprise pull ${reference.text}\`.`,
  );
}

/** A word that means the same without a lock, where it can be said so. */
export function pinWord(word: string): string {
  const reference = parseReference(word);
  return reference.kind === 'oci' && reference.digest === undefined ? `${word}@${pinOf(reference)}` : word;
}

function openPulled(reference: Exclude<Reference, { kind: 'path' }>): Bundle {
  const digest = pinOf(reference);
  const bundle = findCached(digest, reference.text);
  if (bundle !== undefined) return bundle;
  throw new RepriseError(
    'not-found',
    `Failed to find ${reference.text}: ${digest} is not in the cache ${cacheFolder()}. Bring it with \`reprise pull\`.`,
  );
}
