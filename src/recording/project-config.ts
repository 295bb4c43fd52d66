import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { checkOptions, libraryName } from '../foundation/check-options.ts';
import type { OptionSpec } from '../foundation/option-table.ts';
import { isJsonObject } from '../foundation/parse-json.ts';
import { RepriseError, asError, reasonOf, systemCode } from '../foundation/reprise-error.ts';

/** The name of the file that is kept with fixtures. */
export const configName = 'reprise.config.json';
const usualRecordings = 'recordings';
const longestConfig = 1 << 20;

/** What a project has settled for its fixtures. */
export interface ProjectConfig {
  file: string;
  /** The folder of the recordings. */
  recordings: string;
  /** Options by their names in the library; paths are absolute. */
  options: Readonly<Record<string, unknown>>;
}

/**
 * The nearest `reprise.config.json` in a folder or above it, as far up as the repository's root.
 * @returns undefined where there is none
 */
export function findConfig(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const file = join(at, configName);
    if (existsSync(file)) return file;
    if (existsSync(join(at, '.git')) || dirname(at) === at) return undefined;
  }
}

/**
 * Reads a `reprise.config.json`; its paths count from its own folder.
 * @param table the options that may stand in it are those of them that say so
 * @throws RepriseError with file and line where it can't be read, or holds what it may not
 */
export function readConfig(file: string, table: readonly OptionSpec[]): ProjectConfig {
  const text = readText(file);
  const { $schema, recordings = usualRecordings, ...options } = parseObject(file, text);
  const allowed = table.filter(({ inConfig }) => inConfig === true);
  const folder = dirname(resolve(file));
  try {
    checkText('recordings', recordings);
    checkText('$schema', $schema ?? 'none');
    checkOptions(options, allowed, ['recordings']);
  } catch (error) {
    if (!(error instanceof RepriseError)) throw error;
    const name = /`([^`]*)`/.exec(error.message)?.[1] ?? '';
    const line = lineOf(text, text.indexOf(JSON.stringify(name)));
    throw new RepriseError('usage', error.message.replace(/^Failed to read/, `Failed to read ${file}:${line}:`), {
      file,
      line,
      cause: error,
    });
  }
  for (const spec of allowed) {
    const name = libraryName(spec);
    if (spec.kind === 'path' && typeof options[name] === 'string') options[name] = resolve(folder, options[name]);
  }
  return { file, recordings: resolve(folder, String(recordings)), options };
}

function checkText(name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '')
    throw new RepriseError('usage', `Failed to read \`${name}\`: it is no text. Give a path.`);
}

function readText(file: string): string {
  try {
    if (statSync(file).size > longestConfig)
      throw new RepriseError('usage', `Failed to read ${file}: it is larger than 1 MiB. Name a configuration.`, {
        file,
      });
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof RepriseError) throw error;
    const what = systemCode(error) === 'ENOENT' ? 'there is no such file' : reasonOf(error);
    throw new RepriseError('not-found', `Failed to read ${file}: ${what}. Check \`--config\`.`, { file, cause: error });
  }
}

function parseObject(file: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const line = lineOf(text, placeOf(asError(error).message, text));
    throw new RepriseError('usage', `Failed to read ${file}:${line}: it is not valid JSON. Mend it.`, {
      file,
      line,
      cause: error,
    });
  }
  if (isJsonObject(value)) return value;
  throw new RepriseError(
    'usage',
    `Failed to read ${file}:1: it is no JSON object. Write one, such as {"ignore": []}.`,
    {
      file,
      line: 1,
    },
  );
}

/** Where V8 found the text to be no JSON: it tells a position, or the ten characters on either side, or the end. */
function placeOf(reason: string, text: string): number {
  const position = /at position (\d+)/.exec(reason)?.[1];
  if (position !== undefined) return Number(position);
  const [, token = '', around] = /^Unexpected token '(.+?)', (?:\.\.\.)?"(.*)"(?:\.\.\.)? is not/s.exec(reason) ?? [];
  if (around === undefined) return text.length;
  const start = Math.max(text.indexOf(around), 0);
  const found = text.indexOf(token, start + (start > 0 ? 10 : 0));
  return found < 0 ? start : found;
}

/** The line of a place, counted from 1. */
function lineOf(text: string, at: number): number {
  return text.slice(0, Math.max(at, 0)).split('\n').length;
}
