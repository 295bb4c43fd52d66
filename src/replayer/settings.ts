import { dirname, resolve } from 'node:path';
import { isList } from '../foundation/option-spec.ts';
import { listOf, textsOf } from '../foundation/option-values.ts';
import { configOptions } from '../foundation/redaction-option-table.ts';
import { replayOptions } from '../foundation/replay-option-table.ts';
import { libraryName } from '../foundation/check-options.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import { findRecordings } from '../recording/find-recordings.ts';
import type { ProjectConfig } from '../recording/project-config.ts';
import { configName, findConfig, readConfig, tellByFile } from '../recording/project-config.ts';
import { recordingWords } from '../recording/recording-words.ts';
import { parsePace } from './pace.ts';
import { readRules } from './read-rules.ts';

/** What was asked for, with what the configuration adds. */
export interface Settled<T> {
  /** The recordings. */
  files: string[];
  options: T;
}

/** Options that a configuration may complete. */
export interface Configurable {
  /** The configuration; otherwise the nearest one is taken. */
  config?: string;
}

/**
 * Finds recordings, and the configuration that is kept with them: the nearest to the recordings, or else to the working
 * folder. What is given outranks it; lists add up. Without recordings, those of the nearest configuration
 * are meant, or the folder `recordings`.
 * @throws RepriseError where there are none, or they have several configurations
 */
export async function settle<T extends Configurable>(words: readonly string[], given: T): Promise<Settled<T>> {
  const named = words.length === 0 ? undefined : await findRecordings(words);
  const file = given.config ?? (named === undefined ? undefined : nearestTo(named)) ?? findConfig(process.cwd());
  const config = file === undefined ? undefined : await readChecked(file);
  const files = named ?? (await findRecordings(config === undefined ? recordingWords([]) : [config.recordings]));
  return { files: withoutTwins(files), options: config === undefined ? given : complete(given, config) };
}

/** A recording that is named twice is one. */
function withoutTwins(files: readonly string[]): string[] {
  const paths = files.map((file) => resolve(file));
  return files.filter((_, index) => paths.indexOf(paths[index] ?? '') === index);
}

/**
 * Reads a configuration, and checks what only a replay can: a fault in it is told by its file.
 * @throws RepriseError where a replay would refuse it
 */
export async function readChecked(file: string): Promise<ProjectConfig> {
  const config = readConfig(file, configOptions);
  const { pace, ignore, match } = config.options;
  try {
    if (typeof pace === 'string') parsePace(pace);
    await readRules({ ignore: textsOf(ignore), match: textsOf(match) });
  } catch (error) {
    throw tellByFile(config, error);
  }
  return config;
}

function nearestTo(files: readonly string[]): string | undefined {
  const folders = new Set(files.map((file) => dirname(file)));
  const configs = new Set([...folders].map(findConfig).filter((found) => found !== undefined));
  const [first, second] = configs;
  if (second === undefined) return first;
  throw new RepriseError(
    'usage',
    `Failed to find ${configName}: the recordings have several, ${first} and ${second}. Choose one with \`--config\`.`,
  );
}

function complete<T extends Configurable>(given: T, { options }: ProjectConfig): T {
  const result = { ...given } as Record<string, unknown>;
  for (const spec of replayOptions) {
    const name = libraryName(spec);
    const settled = options[name];
    if (settled === undefined) continue;
    result[name] = isList(spec) ? [...listOf(settled), ...listOf(result[name])] : (result[name] ?? settled);
  }
  // The table has the names and the types of the options.
  return result as T;
}
