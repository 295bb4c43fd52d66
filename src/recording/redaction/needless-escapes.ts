import { escapedLetters } from './quoted-text.ts';

/** A text without the escapes that it has for no reason, and where its characters stood before. */
export interface PlainText {
  plain: string;
  /** The place in the text as it was of a place in the plain one. */
  placeOf: (at: number) => number;
}

// Of a run of backslashes only the first is tried: a run that ends in no escape is read once.
const needlessEscape = /(?<!\\)\\+u00(2[de]|3\d|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])/gi;

/**
 * Undoes the escapes of letters and digits, which hide names and secrets.
 * @returns undefined where there are none
 */
export function undoNeedlessEscapes(text: string): PlainText | undefined {
  if (!text.includes('\\u00')) return undefined;
  return undo(text, needlessEscape, ([, code = '']) => String.fromCharCode(parseInt(code, 16)));
}

// A pair of surrogates is one character.
const escape = /\\(?:u(d[89ab][\da-f]{2})\\u(d[c-f][\da-f]{2})|u([\da-f]{4})|(.))/gis;

/**
 * Undoes one level of escapes, all of them: a text in a string of JSON becomes what it means, as UTF-8 taken as Latin-1.
 * @returns undefined where there are none
 */
export function undoEscapes(text: string): PlainText | undefined {
  if (!text.includes('\\')) return undefined;
  return undo(text, escape, ([, high, low, code, letter = '']) => {
    if (high === undefined && code === undefined) return escapedLetters[letter] ?? letter;
    const units = [high, low, code].filter((unit) => unit !== undefined).map((unit) => parseInt(unit, 16));
    return Buffer.from(String.fromCharCode(...units)).toString('latin1');
  });
}

function undo(text: string, pattern: RegExp, decode: (found: RegExpExecArray) => string): PlainText | undefined {
  const [places, gains]: [number[], number[]] = [[], []];
  let [plain, done, gain] = ['', 0, 0];
  for (const found of text.matchAll(pattern)) {
    const meant = decode(found);
    plain += text.slice(done, found.index) + meant;
    places.push(plain.length);
    done = found.index + found[0].length;
    gain += found[0].length - meant.length;
    gains.push(gain);
  }
  if (places.length === 0) return undefined;
  return { plain: plain + text.slice(done), placeOf: (at) => at + (gains[countUpTo(places, at) - 1] ?? 0) };
}

/** How many of the sorted numbers are `most` or less. */
function countUpTo(sorted: readonly number[], most: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= most) low = middle + 1;
    else high = middle;
  }
  return low;
}
