import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { configOptions } from '../foundation/redaction-option-table.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import { configName, findConfig, readConfig, usualRecordings } from './project-config.ts';

/**
 * The words that mean recordings: those that were given, or else the recordings of the nearest configuration, or else
 * the folder `recordings`.
 * @param config the configuration, where it is not the nearest
 * @throws RepriseError where there is none of them
 */
export function recordingWords(words: readonly string[], config = findConfig(process.cwd())): readonly string[] {
  if (words.length > 0) return words;
  if (config !== undefined) return [readConfig(config, configOptions).recordings];
  if (statSync(resolve(usualRecordings), { throwIfNoEntry: false })?.isDirectory() === true) return [usualRecordings];
  throw new RepriseError(
    'usage',
    `Failed to find a recording: none was named, and there is neither a ${configName} nor a folder ${usualRecordings} here. Give a file, a folder or a pattern.`,
  );
}
