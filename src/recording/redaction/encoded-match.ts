import { countSlashes, countSlashesBefore } from './quoted-text.ts';

/** A text to be found in raw bytes taken as Latin-1, however it is escaped there: its characters, each with its bytes. */
export interface Wanted {
  characters: readonly string[];
  /** The same as UTF-8, taken as Latin-1. */
  bytes: readonly string[];
}

const letters: Readonly<Record<string, string>> = { '\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f' };
/** No character takes more than this, escaped. */
const longestEscape = 64;

export function createWanted(text: string): Wanted {
  const characters = Array.from(text);
  return { characters, bytes: characters.map((one) => Buffer.from(one).toString('latin1')) };
}

/**
 * Where the characters from `from` on end, if they stand at `at`: as they are, or escaped as in JSON at any depth, as in
 * Python's texts, or as in URLs. Nothing is ever tried twice.
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
  return {
    character: characters[index] ?? '',
    plain: bytes[index] ?? '',
    isRepeated: characters[index + step] === '\\',
    isBare: characters[index + 1] === '2' && characters[index + 2] === '5',
  };
}

interface Character {
  character: string;
  plain: string;
  /** A backslash beside a backslash: a run of them stands for all. */
  isRepeated: boolean;
  /** A percent sign that is followed by `25`, and so is not an encoded one where that follows. */
  isBare: boolean;
}

function stepForward(text: string, at: number, { character, plain, isRepeated, isBare }: Character): number {
  if (character === '\\') {
    const slashes = countSlashes(text, at);
    if (slashes > 0) return at + slashes;
    if (isRepeated) return at;
  } else if (text.startsWith(plain, at) && (isBare || character !== '%' || !text.startsWith('25', at + 1)))
    return at + plain.length;
  const code = text.charCodeAt(at);
  if (code === 0x5c) {
    const behind = at + countSlashes(text, at);
    const length = escapeLength(text, behind, character);
    return length === 0 ? -1 : behind + length;
  }
  if (code === 0x25) return matchPercents(text, at, plain);
  return character === ' ' && code === 0x2b ? at + 1 : -1;
}

/** How long an escape is that stands behind its backslash. */
function escapeLength(text: string, at: number, character: string): number {
  const [first = ''] = text.charAt(at);
  if (first === letters[character] || (first === character && /["'/]/.test(character))) return 1;
  if (first === 'x' && parseInt(text.slice(at + 1, at + 3), 16) === character.codePointAt(0)) return 3;
  if (first !== 'u') return 0;
  const own = character.split('').map((unit) => unit.charCodeAt(0));
  let next = at;
  for (const [index, unit] of own.entries()) {
    if (index > 0) next += countSlashes(text, next);
    if (text[next] !== 'u' || parseInt(text.slice(next + 1, next + 5), 16) !== unit) return 0;
    next += 5;
  }
  return next - at;
}

function matchPercents(text: string, at: number, plain: string): number {
  let next = at;
  for (const byte of plain) {
    if (text[next] !== '%') return -1;
    next++;
    if (byte !== '%') next += countTwentyFives(text, next);
    if (parseInt(text.slice(next, next + 2), 16) !== byte.charCodeAt(0)) return -1;
    next += 2;
  }
  return next;
}

/** A percent sign that is itself percent-encoded, again and again. */
function countTwentyFives(text: string, at: number): number {
  let end = at;
  while (text.startsWith('25', end) && end - at < longestEscape) end += 2;
  return end - at;
}

function stepBackward(text: string, at: number, one: Character): number {
  const { character, plain, isRepeated } = one;
  if (character === '\\') {
    const slashes = countSlashesBefore(text, at);
    if (slashes > 0) return at - slashes;
    if (isRepeated) return at;
  } else if (text.startsWith(plain, at - plain.length) && at >= plain.length) {
    const start = at - plain.length;
    return /["'/]/.test(character) ? start - countSlashesBefore(text, start) : start;
  }
  if (character === ' ' && text[at - 1] === '+') return at - 1;
  // An escape is found from where it may begin, the nearest place first.
  for (let start = at - 2; start >= Math.max(0, at - longestEscape); start--) {
    const code = text.charCodeAt(start);
    if (code !== 0x5c && code !== 0x25) continue;
    const first = code === 0x5c ? start - countSlashesBefore(text, start) : start;
    if (stepForward(text, first, one) === at) return first;
  }
  return -1;
}
