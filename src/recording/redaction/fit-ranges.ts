import { parseJson } from '../../foundation/parse-json.ts';
import type { SecretRange } from './secret-index.ts';

/** A name as programs give it. */
const word = /^[A-Za-z_]+$/;
const number = /^[-+.\dEe]+$/;
/** What holds values together. */
const structure = /[",:[\]{}]/;
const aroundKey = 100;

/**
 * The ranges that can be replaced in a text without a change of what it is: where it is JSON, none but those inside of its
 * strings, no escape cut in two; and no key that is a word like any other, nor what a message is called.
 */
export function fitRanges(text: string, ranges: readonly SecretRange[]): SecretRange[] {
  const meant = ranges.filter((range) => !isKey(text, range) && !isProtocolWord(text, range) && !isNumber(text, range));
  const doubtful = meant.filter((range) => isDoubtful(text, range));
  if (doubtful.length === 0 || parseJson(text) === undefined) return meant;
  const sure = doubtful.length === meant.length ? [] : meant.filter((range) => !isDoubtful(text, range));
  return [...sure, ...insideStrings(text, doubtful)];
}

/** A password may be `password`, or `response`: the shape of a message is not to change for that. */
function isKey(text: string, { start, end }: SecretRange): boolean {
  return (
    end - start < aroundKey &&
    /^[\w.-]*\\*["']\s*:/.test(text.slice(end, end + aroundKey)) &&
    word.test(text.slice(start, end)) &&
    /["'][\w.-]*$/.test(text.slice(Math.max(0, start - aroundKey), start))
  );
}

/** What a message is, and what it asks for, is no secret, whatever else is called the same. */
function isProtocolWord(text: string, { start, end }: SecretRange): boolean {
  return (
    /^[a-z_\d]*$/.test(text.slice(start, end)) &&
    /(?:^|[{,])"(?:type|action)"\s*:\s*"$/.test(text.slice(Math.max(0, start - 20), start))
  );
}

/** A number under a key, or in a list, stays one inside of a string that is JSON itself, too. */
function isNumber(text: string, { start, end }: SecretRange): boolean {
  return (
    end - start < aroundKey &&
    number.test(text.slice(start, end)) &&
    /(?:"\s*:|[[,])\s*[-+.\dEe]*$/.test(text.slice(Math.max(0, start - aroundKey), start)) &&
    /^[-+.\dEe]*\s*[,}\]]/.test(text.slice(end, end + aroundKey))
  );
}

/** Whether it may be a number, or more than the inside of a string, or begin or end within an escape. */
function isDoubtful(text: string, { start, end, kind }: SecretRange): boolean {
  return (
    kind === 'custom' ||
    structure.test(text.slice(start, end)) ||
    text[start - 1] === '\\' ||
    text[end - 1] === '\\' ||
    number.test(text.slice(start, Math.min(end, start + aroundKey)))
  );
}

/** The ranges that stand inside of one string each, cut where they would begin or end within an escape. */
function insideStrings(text: string, ranges: readonly SecretRange[]): SecretRange[] {
  const fitting: SecretRange[] = [];
  const sorted = ranges.toSorted((a, b) => a.start - b.start);
  let next = 0;
  for (let open = text.indexOf('"'); open >= 0 && next < sorted.length;) {
    const close = endOfString(text, open + 1);
    const inside: SecretRange[] = [];
    for (let range = sorted[next]; range !== undefined && range.start <= close; range = sorted[++next])
      if (range.start > open && range.end <= close) inside.push(range);
    let at = open + 1;
    for (const range of inside) {
      at = characterFrom(text, at, range.start);
      const end = characterUntil(text, at, range.end);
      if (at < end) fitting.push({ ...range, start: at, end });
    }
    open = text.indexOf('"', close + 1);
  }
  return fitting;
}

function endOfString(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at;
    if (code === 0x5c) at++;
  }
  return text.length;
}

/** The first place, not before `wanted`, where a character begins; one begins at `from`. */
function characterFrom(text: string, from: number, wanted: number): number {
  let at = from;
  while (at < wanted) at += lengthOfCharacter(text, at);
  return at;
}

/** The last place, not behind `wanted`, where a character ends. */
function characterUntil(text: string, from: number, wanted: number): number {
  let at = from;
  for (let length = lengthOfCharacter(text, at); at + length <= wanted; length = lengthOfCharacter(text, at))
    at += length;
  return at;
}

function lengthOfCharacter(text: string, at: number): number {
  return text.charCodeAt(at) === 0x5c ? (text[at + 1] === 'u' ? 6 : 2) : 1;
}
