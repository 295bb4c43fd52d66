import { statSync } from 'node:fs';
import { join } from 'node:path';
import { namePlace, showPlaces } from '../../foundation/places.ts';
import { RepriseError } from '../../foundation/reprise-error.ts';
import { quoteWord } from '../../foundation/spell-option.ts';
import type { Bundle } from './bundle-folder.ts';
import { openBundleFolder } from './bundle-folder.ts';
import type { BundledFile } from './bundle-manifest.ts';
import { filesOf } from './bundle-manifest.ts';
import { cacheFolder } from './cache-folder.ts';
import { findCached, isInCache, openArchive } from './cache.ts';
import type { Lock } from './lock-file.ts';
import { findLock, findReference, pinOf, readLock } from './lock-file.ts';
import type { Reference } from './reference.ts';
import { fileReference } from './reference.ts';

/** A file of a bundle, behind the bundle's own word. */
const fileMark = /#((?:recordings|faults)\/[^#]+|reprise\.config\.json)$/;

/** What a word means. */
export interface Bundled {
  bundle: Bundle;
  /** The word for the whole bundle. */
  source: string;
  /** All files of the bundle, or the one that was named. */
  files: readonly BundledFile[];
}

/**
 * The recordings of a bundle: a folder, an archive, or a reference to one that was pulled; or the one that is named
 * behind `#`, as `fixtures.tgz#recordings/a.jsonl`. Nothing is fetched.
 * @throws RepriseError where it is not at hand, or not what it says
 */
export function findBundled(word: string): Promise<string[]> {
  return find(word, 'recording');
}

/**
 * The fault plan of a bundle: its only one, or the one that is named behind `#`.
 * @throws RepriseError as `findBundled`, and where there are several
 */
export async function findBundledPlan(word: string): Promise<string> {
  const [plan = '', second] = await find(word, 'fault plan');
  if (second === undefined) return plan;
  throw new RepriseError(
    'usage',
    `Failed to find a fault plan: the bundle ${word} holds several. Name one, as in ${showPlaces(plan)}.`,
  );
}

async function find(word: string, what: 'recording' | 'fault plan'): Promise<string[]> {
  const { bundle, files } = await openBundled(word);
  const wanted = what === 'recording' ? 'recordings/' : 'faults/';
  const found = files.filter(({ file }) => file.startsWith(wanted)).map(({ file }) => join(bundle.folder, file));
  if (found.length > 0) return found;
  const reason = fileMark.test(word) ? `${word} is none` : `the bundle ${word} holds none`;
  throw new RepriseError('not-found', `Failed to find a ${what}: ${reason}. Name another.`);
}

/**
 * Opens the bundle that a word means, or that holds the file which it means. From now on messages name its files as words
 * do.
 * @param mayDiffer whether a path may hold another bundle than the one that it is pinned to
 * @throws RepriseError as `findBundled`
 */
export async function openBundled(word: string, { mayDiffer = false } = {}): Promise<Bundled> {
  const name = fileMark.exec(word)?.[1];
  const source = word.replace(fileMark, '');
  const lock = readLock(findLock(process.cwd()));
  const reference = findReference(source, lock);
  const bundle = await open(reference, lock);
  if (!mayDiffer) refuseOther(bundle, source, pinOf(reference, lock));
  if (isInCache(bundle.folder)) namePlace(`${bundle.folder}/`, `${source}#`);
  const files = filesOf(bundle.manifest);
  if (name === undefined) return { bundle, source, files };
  const named = files.filter(({ file }) => file === name);
  if (named.length > 0) return { bundle, source, files: named };
  throw new RepriseError('not-found', `Failed to find ${word}: the bundle has no ${name}. Check its name.`);
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
  if (reference.kind !== 'path') return openPulled(reference, requirePin(reference, lock));
  return openBundleAt(reference);
}

/** Opens the folder or the archive of a bundle. @throws RepriseError where it is none, or not what it says */
export async function openBundleAt({ path, text }: Extract<Reference, { kind: 'path' }>): Promise<Bundle> {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? openBundleFolder(path, text) : openArchive(path, text);
}

function requirePin(reference: Reference, lock: Lock): string {
  const pinned = pinOf(reference, lock);
  if (pinned !== undefined) return pinned;
  throw new RepriseError(
    'not-pinned',
    `Failed to find ${reference.text}: ${lock.file} does not pin it. Bring it with \`reprise pull ${quoteWord(reference.text)}\`.`,
  );
}

function openPulled(reference: Exclude<Reference, { kind: 'path' }>, digest: string): Bundle {
  const command = reference.digest === undefined ? '' : ` ${quoteWord(reference.text)}`;
  const bundle = findSound(digest, reference.text, command);
  if (bundle !== undefined) return bundle;
  throw new RepriseError(
    'not-found',
    `Failed to find ${reference.text}: ${digest} is not in the cache ${cacheFolder()}. Bring it with \`reprise pull${command}\`.`,
  );
}

function findSound(digest: string, source: string, command: string): Bundle | undefined {
  try {
    return findCached(digest, source);
  } catch (error) {
    if (!(error instanceof RepriseError)) throw error;
    throw new RepriseError(
      'wrong-digest',
      `Failed to open ${source}: its copy in the cache ${cacheFolder()} is damaged. Bring it anew with \`reprise pull${command}\`.`,
      { cause: error },
    );
  }
}
