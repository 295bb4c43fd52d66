import { RepriseError } from '../foundation/reprise-error.ts';
import type { GoValue } from './go-decoder.ts';

/** A set of values, any of which will do at a loosened place. */
export interface ValueSet {
  /** As it is written: `uuid`, `/^user-/`. */
  name: string;
  /** What a value of it is, for people: `a uuid`. */
  words: string;
  has: (value: GoValue) => boolean;
}

/** Tells whether a regular expression fits somewhere in a text. */
type TestText = (text: string) => boolean;

/** Makes a regular expression; loaded only where one is given. @throws where it is none */
export type CompileExpression = (source: string, flags: string) => TestText;

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$|^[\da-f]{32}$/i;
const date =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:[Tt ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?(?:[Zz]| ?[+-]\d{2}:?\d{2})?)?$/;
/** A longer text is neither a uuid nor a date. */
const longestName = 64;
/** An expression's time grows with the text, and with its own size: a longer text is in none of their sets. */
const longestTested = 16 << 10;

const named: readonly ValueSet[] = [
  { name: 'uuid', words: 'a uuid', has: (value) => fits(uuid, value) },
  { name: 'date', words: 'a date', has: (value) => fits(date, value) },
  { name: 'number', words: 'a number', has: (value) => typeof value === 'number' },
  { name: 'string', words: 'a string', has: (value) => typeof value === 'string' },
];

/** The names of the sets that have one. */
const setNames: readonly string[] = named.map(({ name }) => name);

const longestShown = 200;
const expression = /^\/(.+)\/([ims]*)$/s;

/**
 * Splits `PATH=SET` where a set begins, since a key may hold an `=` too.
 * @throws RepriseError `usage` where no part of it is a set
 */
export function splitMatch(text: string): { path: string; set: string } {
  for (let at = text.indexOf('='); at >= 0; at = text.indexOf('=', at + 1)) {
    const set = text.slice(at + 1);
    if (setNames.includes(set) || expression.test(set)) return { path: text.slice(0, at), set };
  }
  const at = text.indexOf('=');
  const what = at < 0 ? 'has no `=SET`' : `names no set: '${text.slice(at + 1, at + 1 + longestShown)}'`;
  throw new RepriseError(
    'usage',
    `Failed to read \`--match\`: '${text.slice(0, longestShown)}' ${what}. Give PATH=SET with ${setNames.join(', ')} or a regular expression between slashes, as in /request/id=uuid.`,
  );
}

/** Whether a set is a regular expression, for which `parseValueSet` needs a compiler. */
export function isExpression(set: string): boolean {
  return expression.test(set);
}

/** The source and the flags of an expression that is written between slashes. */
export function splitExpression(text: string): { source: string; flags: string } {
  const [, source = '', flags = ''] = expression.exec(text) ?? [];
  return { source, flags };
}

/**
 * The set of a name or of a regular expression between slashes.
 * @throws RepriseError `usage` where the expression is none
 */
export function parseValueSet(set: string, compile: CompileExpression): ValueSet {
  const known = named.find(({ name }) => name === set);
  if (known !== undefined) return known;
  const { source, flags } = splitExpression(set);
  const test = compile(source, flags);
  return {
    name: set,
    words: `a string like ${set}`,
    has: (value) => typeof value === 'string' && value.length <= longestTested && test(value),
  };
}

/** The first named set that both values are in, other than that of all strings or numbers. */
export function commonSet(left: GoValue, right: GoValue): string | undefined {
  return named.find(({ name, has }) => (name === 'uuid' || name === 'date') && has(left) && has(right))?.name;
}

function fits(pattern: RegExp, value: GoValue): boolean {
  return typeof value === 'string' && value.length <= longestName && pattern.test(value);
}
