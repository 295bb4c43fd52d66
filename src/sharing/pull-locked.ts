import { dirname } from 'node:path';
import { RepriseError } from '../foundation/reprise-error.ts';
import type { Bundle } from '../recording/bundle/bundle-folder.ts';
import type { Lock } from '../recording/bundle/lock-file.ts';
import { changeLock, findReference, keyOf, placeReference, readLock } from '../recording/bundle/lock-file.ts';
import type { Reference } from '../recording/bundle/reference.ts';
import { pullBundle } from './pull-bundle.ts';
import type { SharingTools } from './tools.ts';

/** What a project's configuration says of bundles. */
export interface Named {
  /** The folder that paths count from. */
  folder: string;
  /** What is wanted. */
  references: readonly string[];
  /** Whether nothing else is: what the lock pins beside it is forgotten. */
  isAll: boolean;
}

/** What is to be pulled for a project. */
export interface PullOptions {
  /** References; none: what the lock pins, and the configuration names. */
  words: readonly string[];
  /** The project's lock, which need not be there yet. */
  lockFile: string;
  named: Named | undefined;
  /** Whether nothing may be pinned anew. */
  isLocked: boolean;
  tools: SharingTools;
  /** Called before anything is brought, and may throw. */
  onPlanned: (count: number) => void;
  onPulled: (reference: string, bundle: Bundle) => void;
}

/** References by what the lock calls them. */
type Keyed = ReadonlyMap<string, Reference>;

/**
 * Brings bundles into the cache, and pins them: references that are given are pinned to what they are now, the others
 * stay what they were.
 * @throws RepriseError `lock-differs` where nothing may be pinned anew, and something would have to be
 */
export async function pullLocked(options: PullOptions): Promise<void> {
  const { words, lockFile, named, isLocked, tools, onPlanned, onPulled } = options;
  const lock = readLock(lockFile);
  const keyed = (references: readonly Reference[]): Keyed =>
    new Map(references.map((reference) => [keyOf(reference, lockFile), reference]));
  const given = keyed(words.map((word) => findReference(word, lock)));
  const wanted = named && keyed(named.references.map((text) => placeReference(text, named.folder)));
  if (isLocked) refuseDifferent(lock, [...given.keys(), ...(wanted?.keys() ?? [])], named?.isAll === true && wanted);
  const pinned = keyed([...lock.pins.keys()].map((key) => placeReference(key, dirname(lockFile))));
  const usual = new Map([...(named?.isAll === true ? [] : pinned), ...(wanted ?? [])]);
  const all = given.size > 0 ? given : usual;
  if (all.size === 0 && named?.isAll !== true)
    throw new RepriseError(
      'usage',
      `Failed to pull: nothing was named, and ${lockFile} pins nothing. Give a reference, such as oci://HOST/NAME:TAG.`,
    );
  onPlanned(all.size);
  const pulled = new Map<string, string>();
  for (const [key, reference] of all) {
    const isFree = given.size > 0 && !isLocked;
    const bundle = await pullBundle(reference, isFree ? undefined : lock.pins.get(key), tools);
    pulled.set(key, bundle.digest);
    onPulled(key, bundle);
  }
  if (isLocked) return;
  // What another process has pinned meanwhile stays.
  const isKept = (key: string): boolean => given.size > 0 || named?.isAll !== true || wanted?.has(key) === true;
  await changeLock(lockFile, (pins) => new Map([...[...pins].filter(([key]) => isKept(key)), ...pulled]));
}

/** @param all what the configuration names, where nothing else may be pinned */
function refuseDifferent({ file, pins }: Lock, keys: readonly string[], all: Keyed | false | undefined): void {
  const unpinned = keys.find((key) => !pins.has(key));
  const unnamed = all instanceof Map ? [...pins.keys()].find((key) => !all.has(key)) : undefined;
  if (unpinned === undefined && unnamed === undefined) return;
  const reason =
    unpinned === undefined
      ? `it pins ${unnamed}, which the configuration does not name`
      : `it does not pin ${unpinned}`;
  throw new RepriseError(
    'lock-differs',
    `Failed to pull by ${file}: ${reason}. Run \`reprise pull\` without --locked, and commit the lock.`,
    { file },
  );
}
