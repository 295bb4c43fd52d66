import { endOf } from './end-of.ts';
import { readEscaped } from './escaped-character.ts';
import { countSlashes, countSlashesBefore } from './quoted-text.ts';

/** A text to be found in raw bytes taken as Latin-1, however it is escaped there. */
export interface Wanted {
  /** Its characters as they are matched one behind the other, and from behind. */
  forward: readonly WantedCharacter[];
  backward: readonly WantedCharacter[];
}

interface WantedCharacter {
  character: string;
  /** As UTF-8, taken as Latin-1. */
  plain: string;
  isQuote: boolean;
  /** A backslash may stand before it that means nothing. */
  isMark: boolean;
  /** A backslash beside it is matched before: a run of them stands for all. */
  isRepeated: boolean;
  /** What follows it looks like its rest, or would, and is the secret's own. */
  isBare: boolean;
  /** What it has behind it where it is escaped by itself. */
  rest: RegExp | undefined;
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

export function createWanted(text: string): Wanted {
  const characters = Array.from(text);
  const prepare = (index: number, before: string | undefined): WantedCharacter => {
    const character = characters[index] ?? '';
    const plain = Buffer.from(character).toString('latin1');
    const isWhole = isBare(characters, index);
    return {
      character,
      plain,
      isQuote: quote.test(character),
      isMark: /[^A-Za-z\d\x80-\xff]/.test(plain),
      isRepeated: before === '\\',
      isBare: isWhole,
      rest: isWhole ? undefined : restAt.get(character),
    };
  };
  return {
    forward: characters.map((_, index) => prepare(index, characters[index - 1])),
    backward: characters.map((_, index) => prepare(index, characters[index + 1])),
  };
}

/**
 * Where the characters from `from` on end, if they stand at `at`: as they are, or escaped (`readEscaped` tells how).
 * Nothing is ever tried twice.
 * @returns -1 where they do not stand there
 */
export function matchForward(text: string, at: number, { wanted, from }: { wanted: Wanted; from: number }): number {
  const { forward } = wanted;
  let next = at;
  for (let index = from, one = forward[index]; one !== undefined && next >= 0; one = forward[++index])
    next = stepForward(text, next, one);
  return next;
}

/** Where the characters before `until` begin, if they end at `at`; -1 where they do not. */
export function matchBackward(text: string, at: number, { wanted, until }: { wanted: Wanted; until: number }): number {
  const { backward } = wanted;
  let start = at;
  for (let index = until - 1, one = backward[index]; one !== undefined && start >= 0; one = backward[--index])
    start = stepBackward(text, start, one);
  return start;
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

function stepForward(text: string, at: number, one: WantedCharacter): number {
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
function behindRest(text: string, at: number, { rest }: WantedCharacter): number {
  return rest === undefined ? at : (endOf(rest, text, at) ?? at);
}

function stepBackward(text: string, at: number, one: WantedCharacter): number {
  const { character, plain } = one;
  if (character === '\\') {
    const slashes = countSlashesBefore(text, at);
    if (slashes > 0) return at - slashes;
    // The run may have been taken with what it escapes.
    if (one.isRepeated || text[at] === '\\') return at;
  } else if (text.startsWith(plain, at - plain.length) && at >= plain.length) {
    const start = (one.isQuote && !one.isBare ? startOfWhole(text, at, character) : undefined) ?? at - plain.length;
    return one.isMark ? start - countSlashesBefore(text, start) : start;
  }
  if (character === ' ' && text[at - 1] === '+') return at - 1;
  return startOfEscape(text, at, one);
}

/** An escape is found from where it may begin, the nearest place first; in it stand letters, digits and what begins one. */
function startOfEscape(text: string, at: number, one: WantedCharacter): number {
  for (let start = at - 2; start >= Math.max(0, at - longestEscape) && isOfEscape(text.charCodeAt(start)); start--) {
    const code = text.charCodeAt(start);
    if (code !== 0x5c && code !== 0x25 && code !== 0x26) continue;
    if (code === 0x5c) start -= countSlashesBefore(text, start);
    if (stepForward(text, start, one) === at) return code === 0x26 ? start - countSlashesBefore(text, start) : start;
  }
  return -1;
}

/** Of `\u00e9`, `%25C3%25A9`, `&amp;#39;` all but the last. */
function isOfEscape(code: number): boolean {
  const lower = code | 0x20;
  return (
    (code >= 0x30 && code <= 0x39) || // a digit
    (lower >= 0x61 && lower <= 0x7a) ||
    code === 0x5c ||
    code === 0x25 ||
    code === 0x26 ||
    code === 0x23 || // #
    code === 0x3b // ;
  );
}

function startOfWhole(text: string, at: number, mark: string): number | undefined {
  const before = text.slice(Math.max(0, at - longestEscape), at);
  const whole = wholeBefore.get(mark)?.exec(before)?.[0];
  return whole === undefined ? undefined : at - whole.length;
}

function patternsOf(create: (rest: string, mark: string) => RegExp): ReadonlyMap<string, RegExp> {
  return new Map(Object.entries(rests).map(([mark, rest]) => [mark, create(rest, mark)]));
}
