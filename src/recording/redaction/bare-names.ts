import { endOf } from './end-of.ts';
import { isOAuthCode } from './open-values.ts';
import { headerName, readHeader } from './header-value.ts';
import type { TakeValue } from './give-value.ts';
import { giveQuoted, giveValue } from './give-value.ts';
import {
  blank,
  isLikePassword,
  isPath,
  isSecretLike,
  isStandIn,
  isUnreadable,
  isWords,
  wideMark,
} from './loose-values.ts';
import { decodePercents, readOpenQuoted, skipPrefix, skipSpace } from './quoted-text.ts';

/** A secret name that stands in running text. */
export interface BareName {
  name: string;
  start: number;
  end: number;
}

/** `=`, `=>` and `: str =` as in source code where a text follows. */
const assignment = /[ ]{0,20}(?:=(?:>|\\{1,16}u003e)[ ]{0,20}(?=\\*["'])|:?=(?![=>~]|\\{1,16}u003e)[ ]{0,20})/iy;
const typedAssignment =
  /[ ]{0,3}\??:[ ]{0,3}[A-Za-z_][\w.]{0,30}(?:\[[\w., |]{1,40}\])?(?: \| None)?[ ]{0,3}=(?![=>~])[ ]{0,3}(?=[bruf]?\\*["'])/y;
// UTF-8 taken as Latin-1, and what Python makes of it in JSON: quotes, the colon, and `is` before it.
const closed = String.raw`(?:[*\x60]{1,3}|\xe2\x80\x9d|\xe3\x80[\x8d\x91]|\\{1,16}u(?:201d|300d|3011))?`;
const opened = String.raw`(?:\*\*|\x60|\xe2\x80\x9c|\xe3\x80[\x8c\x90]|\\{1,16}u(?:201c|300c|3010))?`;
const verb = String.raw`(?:is|\xe6\x98\xaf|\xe4\xb8\xba|\xe7\x82\xba|\\{1,16}u(?:662f|4e3a|70ba))?`;
const anyColon = String.raw`(?::|\xef\xbc\x9a|\\{1,16}uff1a)`;
/** A colon, that of Chinese and Japanese too, with what Markdown and a sentence put round it. */
const colon = new RegExp(`[ ]{0,20}${closed}[ ]{0,2}${verb}${anyColon}(?:\\*\\*)?[ ]{0,20}${opened}(?!//)`, 'iy');
/** A row of a table in Markdown, up to its first name, and from there to what stands beside it. */
const rowStart = /(?:^|[\r\n"']|\\n)[ ]{0,8}\|[ ]{0,8}[`*]{0,3}$/;
const cell = /`?[ ]{1,20}\|[ ]{1,20}`?/y;
/** Chinese, Japanese and Korean tell what is to be put there. */
const foreign = /[\xe3-\xed][\x80-\xbf]{2}/;
const encodedEquals = /%(?:25)*3d/iy;
const encodedMember = /%(?:25)*22%(?:25)*3a(?:%(?:25)*20|\+)*%(?:25)*22/iy;
/** What stands before a name in the query or the fragment of a URL. */
const queryStart = /(?:[?&#]|&amp;|%(?:25)*(?:3f|26|23)|\\+u00(?:26|3f|23))$/i;
const variable = /^[A-Z][A-Z\d_]*$/;
const compoundName = /[_-]|[a-z][A-Z]/;

/** Names that are secret in a URL alone. */
export const queryName = /^(?:key|sig|(?:x-(?:amz|goog)-)?signature)$/i;

// A URL has nothing but ASCII; elsewhere a value may be of any letters.
const queryStop = /[& \t-\r"'`<>#\\\x80-\xff]/g;
const encodedStop = /%(?:25)*(?:26|22)|[& \t-\r"'`<>#\\\x80-\xff]/gi;
const wordStop = new RegExp(`[${blank}"'\\\\\`]|${wideMark}`, 'g');
const listStop = new RegExp(`[${blank}"'\\\\\`;,&<>)\\]}]|${wideMark}`, 'g');
const lineEnd = /^(?:$|[\r\n]|\\{1,7}[rn])/;
/** What is judged by how it looks is no longer. */
const longestJudged = 1024;
/** What a quote that closes is followed by. */
const notFirst = /^[\s,;:)\]}]/;
/** What stands between two strings of JSON: the quote closes the one that the name is in. */
const structure = /^[,:\]}][\s,:[\]{}\w.+-]*$/;
/** `Invalid API key '…'`, where what stands in quotes is mostly a word. */
const quoteBehind = /[ ]{1,3}(?=\\{0,16}["'])/y;
const longKey = 16;
/** Settings that are called as secrets are: switches, numbers and times. */
const setting = /^(?:true|false|yes|no|on|off|\d+(?:\.\d+)?(?:ms|[smhd])?)$/i;
/** What a sentence closes with is none of the value's. */
const closing = new Set('),.;:]}>');

/** Takes what belongs to a name where much else looks like it. @returns where to look on */
export function takeBareName(text: string, bare: BareName, found: TakeValue): number {
  const { name, start, end } = bare;
  const isQuery = queryStart.test(text.slice(Math.max(0, start - 12), start));
  const isOpen = (name === 'code' && !isOAuthCode(text, start)) || (queryName.test(name) && !isQuery);
  if (isOpen) return end;
  const encoded = endOf(encodedEquals, text, end) ?? endOf(encodedMember, text, end);
  if (encoded !== undefined) return takePlain(text, { kind: name, start: encoded, stop: encodedStop }, found);
  const assigned = endOf(typedAssignment, text, end) ?? endOf(assignment, text, end);
  if (assigned !== undefined) {
    const isTight = assigned === end + 1;
    if (queryName.test(name)) return isTight ? takeJudged(text, { name, at: assigned, stop: queryStop }, found) : end;
    if (isTight && (isQuery || isForm(text, start, end)))
      return takePlain(text, { kind: name, start: assigned, stop: queryStop }, found);
    return name === 'code' ? end : takeAssigned(text, { bare, at: assigned, isTight }, found);
  }
  if (name === 'code') return end;
  const behind = endOf(colon, text, end);
  if (behind !== undefined) return takeColon(text, { bare, at: behind }, found);
  const inTable = endOf(cell, text, end);
  if (inTable !== undefined && rowStart.test(text.slice(Math.max(0, start - 30), start)))
    return takeJudged(text, { name, at: inTable, stop: wordStop, isLike: isUnreadable }, found);
  if (name.startsWith('--')) return takeFlag(text, bare, found);
  const inSentence = compoundName.test(name) ? endOf(quoteBehind, text, end) : undefined;
  if (inSentence !== undefined) takeLiteral(text, { name, at: inSentence, isSure: false, isLike: isLongKey }, found);
  return end;
}

/** `api_key = "…"`, `API_KEY=…`, and `password=…;` as in connection strings. */
function takeAssigned(
  text: string,
  { bare: { name, start, end }, at, isTight }: { bare: BareName; at: number; isTight: boolean },
  found: TakeValue,
): number {
  if (takeLiteral(text, { name, at, isSure: isTight }, found)) return end;
  if (text.charAt(at) === '(' && /auth/i.test(name)) return takeSecond(text, { name, at }, found) ?? end;
  if (isTight && variable.test(name))
    return takePlain(text, { kind: name, start: at, stop: text[start - 1] === ';' ? listStop : wordStop }, found);
  return takeJudged(text, { name, at, stop: listStop }, found);
}

/** `Authorization: …`, `apiKey: '…'`, and `password: …` as in YAML. */
function takeColon(
  text: string,
  { bare: { name, end }, at }: { bare: BareName; at: number },
  found: TakeValue,
): number {
  const header = headerName.test(name) ? readHeader(text, name, at) : undefined;
  if (header !== undefined) {
    giveValue(text, { kind: name, ...header, value: text.slice(header.start, header.end) }, found);
    return header.end;
  }
  if (takeLiteral(text, { name, at: skipSpace(text, at), isSure: false }, found)) return end;
  // In YAML it is the last on its line, whatever is in it.
  wordStop.lastIndex = at;
  const until = wordStop.exec(text)?.index ?? text.length;
  const stop = lineEnd.test(text.slice(until, until + 8)) ? wordStop : listStop;
  const isLike = (value: string): boolean => !foreign.test(value) && isSecretLike(name, value);
  // Go prints the values of a header as a list.
  if (text[at] === '[' && at === end + 1) return takeJudged(text, { name, at: at + 1, stop: listStop }, found);
  return takeJudged(text, { name, at, stop, isLike }, found);
}

/** `--api-key …`. */
function takeFlag(text: string, { name, end }: BareName, found: TakeValue): number {
  let at = end;
  while (text.charCodeAt(at) === 0x20) at++;
  return at === end || text[at] === '-' ? end : takeWord(text, { name, at }, found);
}

/** A text in quotes, or a word that looks like a secret. @returns where to look on */
export function takeWord(
  text: string,
  { name, at, isLike }: { name: string; at: number; isLike?: (value: string) => boolean },
  found: TakeValue,
): number {
  if (takeLiteral(text, { name, at, isSure: isLike === undefined, isLike }, found)) return at;
  return takeJudged(text, { name, at, stop: wordStop, isLike }, found);
}

/** @returns whether there is a text in quotes, or what is left of one that was cut off */
function takeLiteral(
  text: string,
  {
    name,
    at,
    isSure,
    isLike,
  }: { name: string; at: number; isSure: boolean; isLike?: ((value: string) => boolean) | undefined },
  found: TakeValue,
): boolean {
  const quoted = readOpenQuoted(text, skipPrefix(text, at));
  if (quoted === undefined) return false;
  const value = text.slice(quoted.start, Math.min(quoted.end, quoted.start + longestJudged));
  const isValue =
    quoted.isCut === true
      ? isLikePassword(value)
      : !structure.test(value) &&
        (isLike?.(value) ?? (isSure || (!notFirst.test(value) && (compoundName.test(name) || !isWords(value)))));
  if (!isStandIn(value) && isValue) giveQuoted(text, { kind: name, found }, quoted);
  return true;
}

/** `auth=('user', '…')`. */
function takeSecond(text: string, { name, at }: { name: string; at: number }, found: TakeValue): number | undefined {
  const first = readOpenQuoted(text, at + 1);
  if (first === undefined || text[first.next] !== ',') return undefined;
  const second = readOpenQuoted(text, skipPrefix(text, skipSpace(text, first.next + 1)));
  if (second !== undefined) giveQuoted(text, { kind: name, found }, second);
  return second?.next;
}

/** What is told from a word by nothing but its looks. */
function takeJudged(
  text: string,
  {
    name,
    at,
    stop,
    isLike,
  }: { name: string; at: number; stop: RegExp; isLike?: ((value: string) => boolean) | undefined },
  found: TakeValue,
): number {
  const window = text.slice(at, at + longestJudged);
  stop.lastIndex = 0;
  const until = stop.exec(window)?.index ?? window.length;
  const length = until === longestJudged ? 0 : lengthOfValue(window.slice(0, until));
  const value = window.slice(0, length);
  if (!(isLike?.(value) ?? isSecretLike(name, value))) return at;
  giveValue(text, { kind: name, start: at, end: at + length, value }, found);
  return at + length;
}

function isLongKey(value: string): boolean {
  return value.length >= longKey && !/\s/.test(value) && isUnreadable(value);
}

function takePlain(
  text: string,
  { kind, start, stop }: { kind: string; start: number; stop: RegExp },
  found: TakeValue,
): number {
  stop.lastIndex = start;
  const raw = text.slice(start, stop.exec(text)?.index ?? text.length);
  const end = start + lengthOfValue(raw);
  const value = text.slice(start, end);
  const isSetting = stop === wordStop && (setting.test(value) || isPath(value));
  if (end > start && !isSetting && !isStandIn(value.slice(0, longestJudged)))
    giveValue(text, { kind, start, end, value: stop === wordStop ? value : decodePercents(value) }, found);
  return end;
}

function lengthOfValue(raw: string): number {
  let { length } = raw;
  while (length > 0 && closing.has(raw.charAt(length - 1))) length--;
  return length;
}

/** `client_secret=…&grant_type=…`: the body of a form begins with any of its names. */
function isForm(text: string, start: number, end: number): boolean {
  return (
    /^(?:["'\s]|$)/.test(text.charAt(start - 1)) &&
    /^=[^&\s"'\\]{0,4096}&[\w.-]{1,100}=/.test(text.slice(end, end + 4300))
  );
}
