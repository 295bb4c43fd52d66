import { readEscaped } from './escaped-character.ts';
import { countSlashes, countSlashesBefore } from './quoted-text.ts';

/** A text to be found in raw bytes taken as Latin-1, however it is escaped there: its characters, each with its bytes. */
export interface Wanted {
  characters: readonly string[];
  /** The same as UTF-8, taken as Latin-1. */
  bytes: readonly string[];
}

/** No character takes more than this, escaped. */
const longestEscape = 128;
/**
 * What follows a mark that stands for itself where it is escaped by itself: `%25`, `&amp;`, in shells `'\\''` and `'"'"'`,
 * doubled in SQL and CSV.
 */
const rests: Readonly<Record<string, string>> = {
  '%': '(?:25){1,32}',
  '&': '(?:(?:amp|#38|#x26);){1,16}',
  "'": String.raw`(?:\\{1,32}''|\\{0,32}"'\\{0,32}"'|')`,
  '"': String.raw`\\{0,32}"`,
};
const restAt = patternsOf((rest) => new RegExp(rest, 'iy'));
const wholeBefore = patternsOf((rest, mark) => new RegExp(`${mark}${rest}$`, 'i'));
const quote = /["']/;
const escapeStart = /[\\%&]/;

export function createWanted(text: string): Wanted {
  const characters = Array.from(text);
  return { characters, bytes: characters.map((one) => Buffer.from(one).toString('latin1')) };
}

/**
 * Where the characters from `from` on end, if they stand at `at`: as they are, or escaped (`readEscaped` tells how).
 * Nothing is ever tried twice.
 * @returns -1 where they do not stand there
 */
export function matchForward(text: string, at: number, { wanted, from }: { wanted: Wanted; from: number }): number {
  const { characters } = wanted;
  let next = at;
  for (let index = from; index < characters.length && next >= 0; index++) {
    next = stepForward(text, next, characterAt(wanted, index, -1));
  }
  return next;
}

/** Where the characters before `until` begin, if they end at `at`; -1 where they do not. */
export function matchBackward(text: string, at: number, { wanted, until }: { wanted: Wanted; until: number }): number {
  let start = at;
  for (let index = until - 1; index >= 0 && start >= 0; index--) {
    start = stepBackward(text, start, characterAt(wanted, index, 1));
  }
  return start;
}

/** @param step to the character that was matched before it */
function characterAt({ characters, bytes }: Wanted, index: number, step: 1 | -1): Character {
  const character = characters[index] ?? '';
  return {
    character,
    plain: bytes[index] ?? '',
    isRepeated: characters[index + step] === '\\',
    isBare: isBare(characters, index),
  };
}

interface Character {
  character: string;
  plain: string;
  /** A backslash beside a backslash: a run of them stands for all. */
  isRepeated: boolean;
  /** What follows it looks like its rest, or would, and is the secret's own. */
  isBare: boolean;
}

function isBare(characters: readonly string[], index: number): boolean {
  const mark = characters[index] ?? '';
  if (mark === '%') return characters[index + 1] === '2' && characters[index + 2] === '5';
  if (mark === '&') return /^(?:amp|#38|#x26);/i.test(characters.slice(index + 1, index + 6).join(''));
  // At an end, what follows is the quote that closes.
  return (
    quote.test(mark) && [characters[index - 1], characters[index + 1]].some((one) => one === undefined || one === mark)
  );
}

function stepForward(text: string, at: number, one: Character): number {
  const { character, plain, isRepeated } = one;
  if (character === '\\') {
    const slashes = countSlashes(text, at);
    if (slashes > 0) return at + slashes;
    if (isRepeated) return at;
  } else if (text.startsWith(plain, at)) return behindRest(text, at + plain.length, one);
  // Behind a backslash, that of the escape was taken with its run.
  const escaped = readEscaped(text, isRepeated && text[at - 1] === '\\' ? at - 1 : at);
  if (escaped === undefined) return -1;
  if (escaped.character === character) return behindRest(text, escaped.end, one);
  // A plus sign that is percent-encoded once more.
  return character === ' ' && escaped.character === '+' ? escaped.end : -1;
}

/** A mark that is escaped by itself has something behind it. */
function behindRest(text: string, at: number, { character, isBare: isWhole }: Character): number {
  const rest = isWhole ? undefined : restAt.get(character);
  if (rest === undefined) return at;
  rest.lastIndex = at;
  return rest.test(text) ? rest.lastIndex : at;
}

function stepBackward(text: string, at: number, one: Character): number {
  const { character, plain, isRepeated } = one;
  if (character === '\\') {
    const slashes = countSlashesBefore(text, at);
    if (slashes > 0) return at - slashes;
    // The run may have been taken with what it escapes.
    if (isRepeated || text[at] === '\\') return at;
  } else if (text.startsWith(plain, at - plain.length) && at >= plain.length) {
    const start =
      (quote.test(character) && !one.isBare ? startOfWhole(text, at, character) : undefined) ?? at - plain.length;
    return /[^A-Za-z\d\x80-\xff]/.test(plain) ? start - countSlashesBefore(text, start) : start;
  }
  if (character === ' ' && text[at - 1] === '+') return at - 1;
  // An escape is found from where it may begin, the nearest place first.
  for (let start = at - 2; start >= Math.max(0, at - longestEscape); start--) {
    if (!escapeStart.test(text.charAt(start))) continue;
    if (text[start] === '\\') start -= countSlashesBefore(text, start);
    if (stepForward(text, start, one) === at)
      return text[start] === '&' ? start - countSlashesBefore(text, start) : start;
  }
  return -1;
}

function startOfWhole(text: string, at: number, mark: string): number | undefined {
  const before = text.slice(Math.max(0, at - longestEscape), at);
  const whole = wholeBefore.get(mark)?.exec(before)?.[0];
  return whole === undefined ? undefined : at - whole.length;
}

function patternsOf(create: (rest: string, mark: string) => RegExp): ReadonlyMap<string, RegExp> {
  return new Map(Object.entries(rests).map(([mark, rest]) => [mark, create(rest, mark)]));
}
