import { RepriseError } from '../../foundation/reprise-error.ts';
import { suggest } from '../../foundation/suggest.ts';
import { count, readNumber } from './parameters.ts';
import { parsePlace, placeNames } from './place.ts';
import type { Condition, Selection } from './selection.ts';
import { parseCondition } from './selection.ts';

/** The keys that every fault has: its place and its selection. */
export const aimKeys = ['at', 'type', 'action', 'where', 'invocation', 'connection', 'times', 'chance'] as const;

/** The beginning of what is wrong with a fault: `` `--fault` ``, `plan.yaml:7`. */
type Source = string;

/** What is given of a fault, by its keys; `where` may have a list. */
export type GivenFault = Readonly<Record<string, unknown>>;

/**
 * Reads the place of a fault.
 * @returns undefined where none is given
 * @throws RepriseError `usage`
 */
export function readAt(at: unknown, source: Source): string | undefined {
  if (at === undefined) return undefined;
  if (typeof at === 'string' && parsePlace(at) !== undefined) return at;
  const [word = ''] = typeof at === 'string' ? at.replace(/^after[\s:]+/, '').split(/[\s:]/) : [];
  throw refuse(
    source,
    `\`at\` is ${show(at)}, which is no place.${suggest(word, placeNames, word.length >> 1)} There are ${placeNames.join(', ')}; response:N, response:last, after:PLACE, and after:500ms of the request`,
  );
}

/**
 * Reads which invocations a fault is for.
 * @throws RepriseError `usage`, with the key, the value and what is allowed
 */
export function readSelection(keys: GivenFault, source: Source): Selection {
  const selection: Record<string, unknown> = {};
  for (const [key, { wanted, read }] of Object.entries(readers)) {
    const value = keys[key];
    if (value !== undefined) selection[key] = read(value) ?? refuseValue(source, { key, value, wanted });
  }
  const { where } = keys;
  if (where !== undefined && [where].flat().length > 0) selection['where'] = readWhere(where, source);
  return selection;
}

const readText = { wanted: 'a text, in which `*` stands for any', read: textOf };
const readCount = count(1, '', [1, 1_000_000_000]);
const readers: Readonly<Record<string, { wanted: string; read: (value: unknown) => unknown }>> = {
  type: readText,
  action: readText,
  invocation: readCount,
  connection: readCount,
  times: readCount,
  chance: { wanted: 'a number above 0, up to 1', read: chanceOf },
};

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function chanceOf(given: unknown): number | undefined {
  const value = readNumber(given);
  return value > 0 && value <= 1 ? value : undefined;
}

function readWhere(where: unknown, source: Source): Condition[] {
  const wanted = 'a path and what stands there, as in /request/tool=regex_*';
  const failure = 'Failed to read `where`: ';
  return [where].flat().map((value) => {
    try {
      const named = typeof value === 'string' ? /^\/(type|action)=/.exec(value)?.[1] : undefined;
      if (named !== undefined) throw refuse(source, `\`where\` leads into /request. Give \`${named}\` for that`);
      const condition = typeof value === 'string' ? parseCondition(value) : undefined;
      return condition ?? refuseValue(source, { key: 'where', value, wanted });
    } catch (error) {
      if (!(error instanceof RepriseError) || !error.message.startsWith(failure)) throw error;
      throw refuse(source, `\`where\`: ${error.message.slice(failure.length).replace(/\.$/, '')}`);
    }
  });
}

interface Refused {
  key: string;
  value: unknown;
  wanted: string;
}

/** A key has a value that it can't have. */
export function refuseValue(source: Source, { key, value, wanted }: Refused): never {
  throw refuse(source, `\`${key}\` is ${show(value)}. Give ${wanted}`);
}

/** @param reason a sentence without its full stop */
export function refuse(source: Source, reason: string): RepriseError {
  const [, file, line] = /^(.+):(\d+)$/.exec(source) ?? [];
  const where = file === undefined ? {} : { file, line: Number(line) };
  return new RepriseError('usage', `Failed to read ${source}: ${reason}.`, where);
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : toJson(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'nothing';
  } catch {
    // Circular, as aliases can make it, or of a kind that JSON has not.
    return `a value of type ${typeof value}`;
  }
}
