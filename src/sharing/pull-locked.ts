import { dirname, relative, resolve } from 'node:path';
import { RepriseError } from '../foundation/reprise-error.ts';
import type { Bundle } from '../recording/bundle/bundle-folder.ts';
import type { Lock } from '../recording/bundle/lock-file.ts';
import { changeLock, readLock } from '../recording/bundle/lock-file.ts';
import { parseReference } from '../recording/bundle/reference.ts';
import type { Reference } from '../recording/bundle/reference.ts';
import { pullBundle } from './pull-bundle.ts';
import type { SharingTools } from './tools.ts';

/** What is to be pulled for a project. */
export interface PullOptions {
  /** References; none: what the lock pins, and the configuration names. */
  words: readonly string[];
  /** The project's lock, which need not be there yet. */
  lockFile: string;
  /** What the configuration names, or undefined where it says nothing. */
  named: readonly string[] | undefined;
  /** Whether nothing may be pinned anew. */
  isLocked: boolean;
  tools: SharingTools;
  onPulled: (reference: string, bundle: Bundle) => void;
}

/**
 * Brings bundles into the cache, and pins them: references that are given are pinned to what they are now, the others
 * stay what they were.
 * @throws RepriseError `lock-differs` where nothing may be pinned anew, and something would have to be
 */
export async function pullLocked({ words, lockFile, named, isLocked, tools, onPulled }: PullOptions): Promise<void> {
  const lock = readLock(lockFile);
  if (isLocked) refuseDifferent(lock, named, words);
  const given = words.map((word) => fromLock(parseReference(word), lockFile));
  const all = given.length > 0 ? given : [...new Set(named ?? lock.pins.keys())].map(parseReference);
  if (all.length === 0)
    throw new RepriseError(
      'usage',
      `Failed to pull: nothing was named, and ${lockFile} pins nothing. Give a reference, such as oci://HOST/NAME:TAG.`,
    );
  const pulled = new Map<string, string>();
  for (const reference of all) {
    const isFree = given.length > 0 && !isLocked;
    const bundle = await pullBundle(
      atLock(reference, lockFile),
      isFree ? undefined : lock.pins.get(reference.text),
      tools,
    );
    pulled.set(reference.text, bundle.digest);
    onPulled(reference.text, bundle);
  }
  if (isLocked) return;
  // What another process has pinned meanwhile stays.
  const isKept = (text: string): boolean => given.length > 0 || named === undefined || named.includes(text);
  await changeLock(lockFile, (pins) => new Map([...[...pins].filter(([text]) => isKept(text)), ...pulled]));
}

/** A path is written from the lock's folder, so that it holds wherever the command is given. */
function fromLock(reference: Reference, lockFile: string): Reference {
  if (reference.kind !== 'path') return reference;
  const path = relative(dirname(lockFile), resolve(reference.path)).replaceAll('\\', '/');
  return { kind: 'path', text: `file:${encodeURI(path)}`, path };
}

function atLock(reference: Reference, lockFile: string): Reference {
  return reference.kind === 'path' ? { ...reference, path: resolve(dirname(lockFile), reference.path) } : reference;
}

function refuseDifferent({ file, pins }: Lock, named: readonly string[] | undefined, words: readonly string[]): void {
  const unpinned = [...words, ...(named ?? [])].find((text) => !pins.has(text));
  const unnamed = named === undefined ? undefined : [...pins.keys()].find((text) => !named.includes(text));
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
