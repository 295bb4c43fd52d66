import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { checkOptions, libraryName } from '../foundation/check-options.ts';
import type { OptionSpec } from '../foundation/option-spec.ts';
import { isJsonObject, parseJson } from '../foundation/parse-json.ts';
import { readSmallText } from '../foundation/read-small-text.ts';
import { RepriseError, asError, reasonOf, systemCode } from '../foundation/reprise-error.ts';
import { fileReference, isElsewhere, parseReference } from './bundle/reference.ts';

/** The name of the file that is kept with fixtures. */
export const configName = 'reprise.config.json';
/** Where recordings are looked for, and go, when nothing else is said. */
export const usualRecordings = 'recordings';
const bundleMark = 'bundle.json';
const longestConfig = 1 << 20;
const longestManifest = 4 << 20; // that of limits.ts

/** What a project has settled for its fixtures. */
export interface ProjectConfig {
  file: string;
  /** The folder of the recordings, or a bundle's reference. */
  recordings: string;
  /** References of bundles that come from elsewhere, or undefined where it says nothing of them. */
  bundles?: readonly string[];
  /** Options by their names in the library; paths are absolute. */
  options: Readonly<Record<string, unknown>>;
  /** The line of a key in the file, counted from 1. */
  lineOf: (key: string) => number;
}

/**
 * The nearest `reprise.config.json` in a folder or above it, as far up as the repository's root.
 * @returns undefined where there is none
 */
export function findConfig(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const file = join(at, configName);
    if (existsSync(file)) return file;
    // A bundle's recordings have the bundle's configuration or none.
    const isOuter = [bundleMark, '.git'].some((name) => existsSync(join(at, name)));
    if (isOuter || dirname(at) === at) return undefined;
  }
}

/**
 * The same, where it says what becomes of a project's secrets. A folder that is a bundle is no project, nor is any below
 * it: whoever made the bundle has no say in that.
 */
export function findProjectConfig(folder: string): string | undefined {
  let bundle: string | undefined;
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (isOfBundle(at)) bundle = at;
    if (existsSync(join(at, '.git')) || dirname(at) === at) break;
  }
  if (bundle === undefined) return findConfig(folder);
  const isWhole = existsSync(join(bundle, '.git')) || dirname(bundle) === bundle;
  return isWhole ? undefined : findConfig(dirname(bundle));
}

/** Other programs have a file with this name, too. */
function isOfBundle(folder: string): boolean {
  try {
    const value = parseJson(readSmallText(join(folder, bundleMark), longestManifest));
    return isJsonObject(value) && value['format'] === 'reprise-bundle';
  } catch {
    return false; // it is not there, or none that reprise would open
  }
}

/**
 * Reads a `reprise.config.json`; its paths count from its own folder.
 * @param table the options that may stand in it are those of them that say so
 * @throws RepriseError with file and line where it can't be read, or holds what it may not
 */
export function readConfig(file: string, table: readonly OptionSpec[]): ProjectConfig {
  const text = readConfigText(file);
  const { $schema, recordings = usualRecordings, bundles, ...options } = parseObject(file, text);
  const allowed = table.filter(({ inConfig }) => inConfig === true);
  const folder = dirname(resolve(file));
  try {
    checkText('recordings', recordings);
    checkText('$schema', $schema ?? 'none');
    checkTexts('bundles', bundles ?? []);
    checkOptions(options, allowed, ['recordings', 'bundles']);
  } catch (error) {
    if (!(error instanceof RepriseError)) throw error;
    const name = /`([^`]*)`/.exec(error.message)?.[1] ?? '';
    const line = lineOfKey(text, name);
    throw new RepriseError(
      'usage',
      error.message.replace(/^Failed to read/, () => `Failed to read ${file}:${line}:`),
      {
        file,
        line,
        cause: error,
      },
    );
  }
  for (const spec of allowed) {
    const name = libraryName(spec);
    if (spec.kind === 'path' && typeof options[name] === 'string') options[name] = resolve(folder, options[name]);
  }
  const place = String(recordings);
  return {
    file,
    recordings: isElsewhere(place) ? place : resolvePath(folder, place),
    ...(Array.isArray(bundles) ? { bundles: bundles.map(String) } : {}),
    options,
    lineOf: (key) => lineOfKey(text, key),
  };
}

function resolvePath(folder: string, place: string): string {
  if (!place.startsWith('file:')) return resolve(folder, place);
  const reference = parseReference(place);
  return reference.kind === 'path' ? fileReference(resolve(folder, reference.path), reference.digest) : place;
}

function checkText(name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '')
    throw new RepriseError('usage', `Failed to read \`${name}\`: it is no text. Give a path.`);
}

function checkTexts(name: string, value: unknown): void {
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string' && one !== ''))
    throw new RepriseError('usage', `Failed to read \`${name}\`: it is no list of texts. Give references.`);
}

/** A configuration's text. @throws RepriseError where it can't be read */
export function readConfigText(file: string): string {
  try {
    return readSmallText(file, longestConfig);
  } catch (error) {
    const code = systemCode(error);
    const what = code === 'ENOENT' ? 'there is no such file' : reasonOf(error);
    const [kind, advice] =
      code === undefined ? (['usage', 'Name a configuration'] as const) : (['not-found', 'Check `--config`'] as const);
    throw new RepriseError(kind, `Failed to read ${file}: ${what}. ${advice}.`, { file, cause: error });
  }
}

function parseObject(file: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const line = lineOfFault(text);
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

/**
 * The line in which a text stops being JSON, counted from 1. V8 does not always tell the place, but nothing in JSON goes
 * over the end of a line: that line is the first with which a text can't be the beginning of JSON any more.
 */
function lineOfFault(text: string): number {
  const lines = text.split('\n');
  let [good, bad] = [0, lines.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (mayGoOn(`${lines.slice(0, middle).join('\n')}\n`)) good = middle;
    else bad = middle;
  }
  return bad;
}

function mayGoOn(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    const { message } = asError(error);
    if (message.startsWith('Unterminated')) return false;
    // Node 22 and later tell the line and the column behind it.
    const [, position] = / at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(message) ?? [];
    return message.startsWith('Unexpected end') || Number(position) === beginning.length;
  }
}

function lineOfKey(text: string, key: string): number {
  const quoted = JSON.stringify(key);
  let at = text.indexOf(quoted);
  while (at >= 0 && !/^\s*:/.test(text.slice(at + quoted.length))) at = text.indexOf(quoted, at + 1);
  return text.slice(0, Math.max(at, 0)).split('\n').length;
}

/** A fault in what an option was given, told by the file that gave it. @throws what is no such fault */
export function tellByFile({ file, lineOf }: ProjectConfig, error: unknown): RepriseError {
  if (!(error instanceof RepriseError)) throw error;
  const name = /^Failed to read `--([a-z]+)`/.exec(error.message)?.[1];
  const [place, line] = name === undefined ? [file] : [`${file}:${lineOf(name)}`, lineOf(name)];
  const message = error.message.replace(/^Failed to read (?:`--([a-z]+)`)?/, () =>
    name === undefined ? `Failed to read ${place}: ` : `Failed to read ${place}: \`${name}\``,
  );
  return new RepriseError('usage', message, { file, ...(line === undefined ? {} : { line }), cause: error });
}
