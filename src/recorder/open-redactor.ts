import { RepriseError } from '../foundation/reprise-error.ts';
import { loadExpressions } from '../protocol/expression.ts';
import { PathAutomaton } from '../protocol/path-automaton.ts';
import { parsePathPattern } from '../protocol/path-pattern.ts';
import { isExpression, splitExpression } from '../protocol/value-set.ts';
import type { PlaceState, PlaceWish } from '../recording/redaction/json-places.ts';
import { undoEscapes } from '../recording/redaction/needless-escapes.ts';
import type { FindSecrets, MeantSecret, RedactionRules } from '../recording/redaction/redactor.ts';
import { Redactor } from '../recording/redaction/redactor.ts';

/** What is secret beyond what is everywhere, as it is written. */
export interface RedactionWishes {
  /** Paths into a message, as `/request/tool_parameters/pin`, and regular expressions between slashes. */
  redact?: readonly string[] | undefined;
  /** Paths of what is no secret. */
  keep?: readonly string[] | undefined;
}

/** Where paths into messages begin. */
const roots = ['request', 'response'];
const pathStart = /^\/(?:request|response|\*{1,2})(?:\/|$)/;

/**
 * A redactor with a project's key and wishes.
 * @param more that find secrets
 * @throws RepriseError `usage` where a path or an expression is none
 */
export async function openRedactor(
  key: string,
  wishes: RedactionWishes,
  more: readonly FindSecrets[] = [],
): Promise<Redactor> {
  const { places, finders } = await readWishes(wishes);
  return new Redactor({ key, rules: { fields: new Set(), places, finders: [...finders, ...more] } });
}

/**
 * Makes sure that wishes can be read.
 * @throws RepriseError `usage` where a path or an expression is none
 */
export async function checkRedaction(wishes: RedactionWishes): Promise<void> {
  await readWishes(wishes);
}

async function readWishes({
  redact = [],
  keep = [],
}: RedactionWishes): Promise<Required<Pick<RedactionRules, 'places' | 'finders'>>> {
  const paths = redact.filter((text) => pathStart.test(text) || !isExpression(text));
  const expressions = redact.filter((text) => !paths.includes(text));
  return { places: readPlaces(paths, keep), finders: await readExpressions(expressions) };
}

function readPlaces(redact: readonly string[], keep: readonly string[]): PlaceState | undefined {
  if (redact.length === 0 && keep.length === 0) return undefined;
  const patterns = [...redact.map((text) => [text, 'redact'] as const), ...keep.map((text) => [text, 'keep'] as const)];
  return new PathAutomaton<PlaceWish>(
    patterns.map(([text, value]) => ({ segments: parseWish(text, `--${value}`), value })),
  ).start;
}

/** @throws RepriseError `usage` */
function parseWish(text: string, name: string): ReturnType<typeof parsePathPattern> {
  const reason = explainBadWish(text, name);
  if (reason === undefined) return parsePathPattern(text, name, roots);
  throw new RepriseError('usage', `Failed to read \`${name}\`: '${text}' ${reason}`);
}

/** What would be a path, fits nothing, and was meant otherwise. */
function explainBadWish(text: string, name: string): string | undefined {
  if (pathStart.test(text) && /[^/]\/$/.test(text))
    return "ends with '/', behind which a key without a name would stand. Leave it out; an expression that begins so is written /(?:request)…/.";
  if (name === '--redact' && /^\/[^/]+\/[a-z]{1,3}$/.test(text) && !pathStart.test(text))
    return 'is no expression: behind its last slash may stand i, m and s. Nor is it a path, which begins with /request or /response. Write it so.';
  return undefined;
}

async function readExpressions(texts: readonly string[]): Promise<FindSecrets[]> {
  if (texts.length === 0) return [];
  const compile = await loadExpressions();
  return texts.map((text) => {
    const { source, flags } = splitExpression(text);
    // `^` and `$` are for texts, and each string is one.
    const { findAll, test } = compile(source, `${flags}m`, '--redact');
    if (test(''))
      throw new RepriseError(
        'usage',
        `Failed to read \`--redact\`: ${text} fits a text of nothing, and so every place. Mend it.`,
      );
    // A line's ending is none of its text.
    return (raw) => findMeant(raw.replace(/\r?\n$/, ''), (reading) => findBytes(reading, findAll));
  });
}

const isJson = /^\s*[[{]/;
/** Nothing is replaced that is more than the inside of one string. */
const bareQuote = /(?<!\\)(?:\\\\)*"/;

/** Texts stand in JSON, which may stand in texts of JSON, and so on: so many levels of escapes are undone. */
const mostLevels = 4;

/** What an expression fits in a line as it was written, and in what it means. */
function findMeant(raw: string, find: (reading: string) => MeantSecret[]): MeantSecret[] {
  const found: MeantSecret[] = [];
  let [reading, place] = [raw, (at: number): number => at];
  for (let level = 0; level < mostLevels; level++) {
    const undone = undoEscapes(reading);
    if (undone === undefined) break;
    const outer = place;
    reading = undone.plain;
    place = (at) => outer(undone.placeOf(at));
    for (const one of find(reading)) found.push({ ...one, start: place(one.start), end: place(one.end) });
  }
  const all = [...found, ...find(raw)]; // of two at one place the first holds: what is meant
  return isJson.test(raw) ? all.filter(({ start, end }) => !bareQuote.test(raw.slice(start, end))) : all;
}

type FindAll = (text: string) => { start: number; end: number }[];

/** Expressions are for texts, and places are counted in bytes. */
function findBytes(raw: string, findAll: FindAll): MeantSecret[] {
  const text = Buffer.from(raw, 'latin1').toString();
  const isAscii = text.length === raw.length;
  const offset = (at: number): number => (isAscii ? at : Buffer.byteLength(text.slice(0, at)));
  return [...findInStrings(text, findAll), ...findAll(text)].map(({ start, end }) => ({
    kind: 'custom',
    start: offset(start),
    end: offset(end),
    value: text.slice(start, end),
  }));
}

/**
 * What it fits in each string, whose end `.*` does not pass. Between two quotes stands a string, or what stands between
 * strings, where nothing is replaced.
 */
function findInStrings(text: string, findAll: FindAll): ReturnType<FindAll> {
  const found: ReturnType<FindAll> = [];
  let from = 0;
  for (const piece of text.split('"')) {
    for (const { start, end } of findAll(piece)) found.push({ start: from + start, end: from + end });
    from += piece.length + 1;
  }
  return found;
}
