import type { Stats } from 'node:fs';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RepriseError } from '../foundation/reprise-error.ts';
import { quoteWord } from '../foundation/spell-option.ts';

/** How the name of a recording ends. */
export const recordingEnding = /\.jsonl(\.gz)?$/;
const patternMark = /[*?[\]{}]/;
/** A bundle elsewhere, or in an archive; or a file in it. */
const bundleWord = /^(oci|https?|file):|\.(tgz|tar\.gz)(#.+)?$/i;
const bundleMark = 'bundle.json'; // that of bundle-manifest.ts, which is loaded for bundles alone

/** Whether a word can be a pattern of names. */
export function isPattern(word: string): boolean {
  return patternMark.test(word);
}

/** Whether a word means a bundle, or a file in one, by its form: a reference or an archive. A folder can be one, too. */
export function isBundleWord(word: string): boolean {
  return bundleWord.test(word);
}

/**
 * The files that recording arguments mean: files, folders and bundles (the recordings in them), and patterns.
 * @throws RepriseError where a folder holds none, or a pattern fits none
 */
export async function findRecordings(words: readonly string[]): Promise<string[]> {
  if (words.some((word) => typeof word !== 'string'))
    throw new RepriseError(
      'usage',
      'Failed to find a recording: its name is not a text. Give a path, a folder or a pattern.',
    );
  if (words.length === 0)
    throw new RepriseError('usage', 'Failed to find a recording: none was named. Give a file, a folder or a pattern.');
  const found: string[] = [];
  for (const word of words) {
    const stat = findStat(word);
    if (isBundle(word, stat)) found.push(...(await (await import('./bundle/find-bundled.ts')).findBundled(word)));
    else if (stat?.isDirectory() === true) found.push(...listFolder(word));
    else if (stat === undefined && isPattern(word)) found.push(...(await expand(word)));
    else found.push(word); // a missing file is told when it is opened
  }
  return found;
}

/** Whether a word means a bundle, or a file in one. */
export function isBundle(word: string, stat: Stats | undefined = findStat(word)): boolean {
  return isBundleWord(word) || (stat?.isDirectory() === true && existsSync(join(word, bundleMark)));
}

function findStat(word: string): Stats | undefined {
  return statSync(word, { throwIfNoEntry: false });
}

function listFolder(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => recordingEnding.test(name));
  if (names.length > 0) return names.toSorted().map((name) => join(folder, name));
  throw new RepriseError(
    'not-found',
    `Failed to find a recording: the folder ${folder} holds no .jsonl file. Record one with \`reprise record -o ${quoteWord(join(folder, 'NAME.jsonl'))} -- COMMAND\`.`,
    { file: folder },
  );
}

async function expand(pattern: string): Promise<string[]> {
  const { glob } = await import('tinyglobby');
  const files = await glob(pattern, { expandDirectories: false });
  if (files.length > 0) return files.toSorted();
  throw new RepriseError('not-found', `Failed to find a recording: no file fits '${pattern}'. Check the pattern.`);
}
