import { isPath, isStandIn } from './loose-values.ts';

/** What tells in a header how a secret is to be used. */
export const schemeNames = 'Bearer|Basic|Token|ApiKey|Digest|Negotiate';
/** Headers that hold secrets. */
export const headerName =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie|(?:x-)?[a-z\d-]*(?:api-?key|auth-key|subscription-key|token|secret)|x-[a-z\d-]*key)$/i;

/** So long may a header be. */
const longestHeader = 16 << 10;
const shortestValue = 6;
/** What ends a header in running text: its line, or the text round it. */
const stop = /[\r\n"]|\\+[rnt"]/;
const word = new RegExp(String.raw`^(?:(?:${schemeNames})(?:\s|%20|\+)+)?[^ \t-\r,;"'\x60<>\\\x80-\xff]+`, 'i');
const scheme = new RegExp(String.raw`^(?:${schemeNames})[\s%+]`, 'i');
/** Cookies with their attributes, of which one has commas. */
const cookies =
  /^[^ \t-\r=;,"'`\\]{1,200}=[^ \t-\r;,"'`\\]{0,4096}(?:;[ ]?(?:(?:expires|path|domain|max-age|samesite|priority)=[^;\r\n"'`\\]{0,200}|[\w-]{1,60}(?=[; \t-\r"'`\\]|$)|[^ \t-\r=;,"'`\\]{1,200}=[^ \t-\r;,"'`\\]{0,4096}))*/i;

/**
 * The value of a header that is written as `Name: value` at `from`. Prose has colons too, and is none: a value is one word
 * behind its scheme, cookies have equals signs, and what stands behind `Token:` or `Secret:` looks like nothing that is read.
 * @returns undefined where there is none
 */
export function readHeader(text: string, name: string, from: number): { start: number; end: number } | undefined {
  const blank = /^[ \t]*/.exec(text.slice(from, from + 100))?.[0].length ?? 0;
  const start = from + blank;
  const window = text.slice(start, start + longestHeader);
  const line = window.slice(0, stop.exec(window)?.index ?? window.length);
  const length = /cookie/i.test(name) ? (cookies.exec(line)?.[0].length ?? 0) : lengthOfWord(name, line);
  const isShort = length < shortestValue && !(name.includes('-') && /\d/.test(line.slice(0, length)));
  return length === 0 || isShort || isVocabularyOf(line.slice(0, length)) ? undefined : { start, end: start + length };
}

function lengthOfWord(name: string, line: string): number {
  const [value = ''] = word.exec(line) ?? [];
  if (scheme.test(value) && (isUnread(value) || value.length === line.trimEnd().length)) return value.length;
  const isAlone = value.length === line.trimEnd().length;
  return isUnread(value) || (isAlone && /-|^authorization$/i.test(name)) ? value.length : 0;
}

/** What is said of a header, and is not its value. */
function isVocabularyOf(value: string): boolean {
  return /^(?:required|optional|missing|invalid|denied|failed|expired|none|null|undefined)[.!?]*$/i.test(value);
}

/** Nobody reads it: it has digits among its letters, or is longer than words are. */
function isUnread(value: string): boolean {
  return !isStandIn(value) && !isPath(value) && ((/\d/.test(value) && value.length >= 8) || value.length >= 20);
}
