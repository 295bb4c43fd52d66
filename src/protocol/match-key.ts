import type { GoObject } from './go-decoder.ts';
import type { GoNotation } from './go-walk.ts';
import { writeGoValue } from './go-walk.ts';
import { isMark } from './match-mark.ts';

/**
 * A text that two requests share exactly when Go reads them as equal: the order of keys and the notation of numbers do
 * not count; a request of null is none, which is not `{}`. It is made to be compared, not to be read.
 * @param request what `MatchRules.reduce` leaves of it
 */
export function matchKey(type: string, action: string, request: GoObject | string | null): string {
  return quote(type) + quote(action) + writeGoValue(request, canonical);
}

const canonical: GoNotation = {
  map: ['{', '}'],
  list: ['[', ']'],
  separator: '',
  writeKey: quote,
  writeScalar,
  orderedKeys,
};

/** Every part tells where it ends, so that no two values can write the same text. */
function writeScalar(value: string | number | boolean | null): string {
  // The half of a pair that makes a mark would not outlive a digest of the key.
  if (typeof value === 'string') return isMark(value) ? `m${quote(value.slice(1))}` : quote(value);
  // As text, -0 is 0.
  if (typeof value === 'number') return `#${value};`;
  return value === null ? 'n' : value ? 't' : 'f';
}

/** The length in front makes escapes needless: a long string costs nothing. */
function quote(text: string): string {
  return `"${text.length}:${text}`;
}

/** Any order will do that does not hang on the order in the line; UTF-16's is the cheapest. */
function orderedKeys(object: GoObject): string[] {
  const keys = Object.keys(object);
  if (keys.length > 16) return keys.toSorted();
  for (let at = 1; at < keys.length; at += 1) insert(keys, at);
  return keys;
}

/** Insertion sort: for the few keys of a request it beats the built-in one several times over. */
function insert(keys: string[], at: number): void {
  const key = keys[at] ?? '';
  let place = at;
  for (let before = keys[place - 1]; before !== undefined && before > key; before = keys[place - 1]) {
    keys[place] = before;
    place -= 1;
  }
  keys[place] = key;
}
