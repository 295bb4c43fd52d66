import { linkSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RepriseError, reasonOf, systemCode } from '../../foundation/reprise-error.ts';
import { isBundle, isPattern, recordingEnding } from '../../recording/find-recordings.ts';
import { findFile } from '../../transport/find-file.ts';
import { isAlive } from '../../foundation/is-alive.ts';
import { makeFolder } from '../../foundation/make-folder.ts';
import type { DropInSettings } from './settings.ts';
import { wordsOf } from './shelf.ts';

/** A recording that is being made has this ending: nobody takes it for one. */
const partial = '.part';
/** A guard takes no longer to see to what a killed process has left, in milliseconds. */
const guardPatience = 10_000;

/**
 * The folder that sessions are recorded into; it need not be there yet.
 * @throws RepriseError where no single folder is meant
 */
export function folderOf(settings: DropInSettings): string {
  const [word = '', second] = wordsOf(settings);
  if (second !== undefined || isPattern(word))
    throw new RepriseError(
      'usage',
      'Failed to record: `REPRISE_RECORDINGS` names no single folder. Give it the one that recordings go to.',
    );
  if (isBundle(word)) throw explainBundle(word);
  if (recordingEnding.test(word))
    throw new RepriseError(
      'usage',
      `Failed to record: \`REPRISE_RECORDINGS\` names the file ${word}, and each session gets a file of its own. Give it the folder that they go to.`,
      { file: word },
    );
  return word;
}

/**
 * Makes sure that no bundle is recorded into: its digests would not fit any more.
 * @param file the recording that is to be replaced or added to, where there is one
 * @throws RepriseError where a bundle is named, or what stands in one
 */
export async function refuseBundled(settings: DropInSettings, file: string | undefined): Promise<void> {
  const words = wordsOf(settings);
  const { findBundleAround } = await import('../../recording/bundle/bundle-folder.ts');
  const bundle = words.find((word) => isBundle(word)) ?? findBundleAround(file ?? words[0] ?? '');
  if (bundle !== undefined) throw explainBundle(bundle);
}

function explainBundle(bundle: string): RepriseError {
  return new RepriseError(
    'usage',
    `Failed to record: \`REPRISE_RECORDINGS\` names the bundle ${bundle}. Give it the folder that recordings go to.`,
  );
}

/**
 * Makes the folder where it is missing.
 * @throws RepriseError where that can't be
 */
export function openFolder(settings: DropInSettings): string {
  const word = folderOf(settings);
  try {
    makeFolder(word);
  } catch (error) {
    throw new RepriseError('not-writable', `Failed to make the folder ${word}: ${reasonOf(error)}.`, {
      file: word,
      cause: error,
    });
  }
  return word;
}

/** The guard of a killed process may yet give its file a name. */
function isOld(file: string): boolean {
  return Date.now() - (findFile(file)?.mtimeMs ?? 0) > guardPatience;
}

/** The file that a recording has while it is made; what killed processes have left under that name goes. */
export function partOf(folder: string, name: string): string {
  for (const left of readdirSync(folder)) {
    const pid =
      left.startsWith(`${name}.`) && left.endsWith(partial) ? left.slice(name.length + 1, -partial.length) : '';
    if (/^\d+$/.test(pid) && !isAlive(Number(pid)) && isOld(join(folder, left)))
      rmSync(join(folder, left), { force: true });
  }
  return join(folder, `${name}.${process.pid}${partial}`);
}

/**
 * Gives a finished recording its name: the first that is free of `stem`, `stem-2`, `stem-3`, …, from number `first` on.
 * Nothing that is there is overwritten.
 * @returns the file
 */
export function placeRecording(part: string, stem: string, first: number): string {
  for (let number = first; ; number++) {
    const file = number === 1 ? `${stem}.jsonl` : `${stem}-${number}.jsonl`;
    try {
      linkSync(part, file);
      rmSync(part);
      return file;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') continue;
      // A file system without links.
      if (findFile(file) !== undefined) continue;
      renameSync(part, file);
      return file;
    }
  }
}
