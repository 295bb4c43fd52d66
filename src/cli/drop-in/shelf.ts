import { RepriseError } from '../../foundation/reprise-error.ts';
import { configOptions } from '../../foundation/redaction-option-table.ts';
import { findRecordings, isBundleWord, isPattern } from '../../recording/find-recordings.ts';
import { configName, findConfig, readConfig, usualRecordings } from '../../recording/project-config.ts';
import { readAbout } from '../../recording/read-about.ts';
import { findFile } from '../../transport/find-file.ts';
import type { DropInSettings } from './settings.ts';
import type { Shelved } from './shelved.ts';
import { stemOf } from './stem-of.ts';
import type { Stub } from './stub.ts';

/**
 * The recordings to choose from, in the order in which they were named.
 * @throws RepriseError where there are none and none may be made, or one can't be read
 */
export async function openShelf(settings: DropInSettings, stub?: Stub): Promise<Shelved[]> {
  if (settings.words.length === 0 && stub?.embedded !== undefined) {
    if (settings.recordMode !== 'none')
      throw new RepriseError(
        'usage',
        `Failed to record: ${stub.file} holds its recordings in itself. Name a folder by \`REPRISE_RECORDINGS\`, or make it without --embed.`,
      );
    const { shelveEmbedded } = await import('./embedded.ts');
    return shelveEmbedded(stub.embedded);
  }
  try {
    return await readShelf(settings);
  } catch (error) {
    throw error instanceof RepriseError && error.code === 'not-found' ? advise(error, stub) : error;
  }
}

/**
 * The same, told to those who call `reprise` by hand.
 * @throws RepriseError as `openShelf`
 */
export async function readShelf(settings: DropInSettings): Promise<Shelved[]> {
  const shelved: Shelved[] = [];
  for (const word of wordsOf(settings)) {
    for (const file of await filesOf(word, settings))
      shelved.push({ file, stem: stemOf(file), about: await readAbout(file), isNamed: file === word });
  }
  return shelved;
}

/** Whoever reads this has called no `reprise`. */
function advise({ message, code, file }: RepriseError, stub: Stub | undefined): RepriseError {
  const isBaked =
    stub?.variables['REPRISE_RECORDINGS'] !== undefined && process.env['REPRISE_RECORDINGS'] === undefined;
  const where = isBaked ? `what stands in ${stub.file}` : '`REPRISE_RECORDINGS`';
  const advice = `Check ${where}, or record with \`REPRISE_RECORD_MODE=once\`.`;
  return new RepriseError(
    code,
    message.replace(/(Check the path, or make it|Record one) with `reprise record.*$/, () => advice),
    file === undefined ? {} : { file },
  );
}

/** What is meant where nothing was said: the recordings folder of the nearest configuration. */
export function wordsOf({ words, options, recordMode }: DropInSettings): readonly string[] {
  if (words.length > 0) return words;
  const config = options.config ?? findConfig(process.cwd());
  if (config !== undefined) return [readConfig(config, configOptions).recordings];
  if (recordMode !== 'none' || findFile(usualRecordings)?.isDirectory() === true) return [usualRecordings];
  throw new RepriseError(
    'usage',
    `Failed to find recordings: \`REPRISE_RECORDINGS\` is not set, and there is no ${configName} in ${process.cwd()} or above. Set it to a recording, a folder or a pattern.`,
  );
}

/** Where sessions are recorded, a folder need not be there yet, and may be empty. */
async function filesOf(word: string, { recordMode }: DropInSettings): Promise<string[]> {
  if (recordMode === 'none') return findRecordings([word]);
  if (findFile(word) === undefined && !isPattern(word) && !isBundleWord(word)) return [];
  try {
    return await findRecordings([word]);
  } catch (error) {
    if (error instanceof RepriseError && error.code === 'not-found') return [];
    throw error;
  }
}
