import { blank, wideMark } from './loose-values.ts';

// Texts in quotes, as they stand in raw bytes taken as Latin-1: in JSON, in JSON inside a string of JSON at any depth,
// where each quote and each escape has more backslashes, and in what programs print.

/** What stands between two quotes: from the first character to the quote, its backslashes left out. */
export interface QuotedText {
  start: number;
  end: number;
  /** Behind the closing quote. */
  next: number;
  /** 1 outside of all strings, 2 in one, 4 in one inside another: a quote has one backslash less. */
  unit: number;
  quote: '"' | "'";
  /** It has no end. */
  isCut?: true;
}

/** The text that begins at `at`, quotes and their backslashes included; undefined where none does, or it does not end. */
export function readQuoted(text: string, at: number): QuotedText | undefined {
  const slashes = countSlashes(text, at);
  const quote = text[at + slashes];
  if (quote !== '"' && quote !== "'") return undefined;
  const unit = slashes + 1;
  const start = at + slashes + 1;
  for (let found = text.indexOf(quote, start); found >= 0; found = text.indexOf(quote, found + 1)) {
    const before = countSlashesBefore(text, found, start);
    const kind = quoteKind(quote, before, unit);
    if (kind === 'inner') continue;
    if (kind === 'outer') return undefined;
    return { start, end: found - (unit - 1), next: found + 1, unit, quote };
  }
  return undefined;
}

/** Where a text ends that was cut off: its line, the text round it, or a word. */
const cut = new RegExp(`[${blank}"'\\\\<>]|${wideMark}`, 'g');
const ellipsis = /(?:\.{3}|\u00e2\u0080\u00a6)$/;

/**
 * The same, also where three quotes begin it, or where it was cut off and has no end: then it is a word.
 */
export function readOpenQuoted(text: string, at: number): QuotedText | undefined {
  const whole = readQuoted(text, at);
  if (whole !== undefined && whole.end === whole.start) return readTripled(text, at, whole) ?? whole;
  if (whole !== undefined && !leavesString(text, whole)) return whole;
  const slashes = countSlashes(text, at);
  const quote = text[at + slashes];
  if (quote !== '"' && quote !== "'") return undefined;
  const start = at + slashes + 1;
  cut.lastIndex = start;
  const raw = text.slice(start, cut.exec(text)?.index ?? text.length).replace(ellipsis, '');
  return { start, end: start + raw.length, next: start + raw.length, unit: slashes + 1, quote, isCut: true };
}

/** In JSON, an apostrophe does not stand in one string and its partner in another. */
function leavesString(text: string, { start, end, quote }: QuotedText): boolean {
  return quote === "'" && /^[[{]/.test(text) && /(?<!\\)"/.test(text.slice(start, end));
}

function readTripled(text: string, at: number, { start, unit, quote }: QuotedText): QuotedText | undefined {
  const mark = text.slice(at, start).repeat(3);
  if (!text.startsWith(mark, at)) return undefined;
  const from = at + mark.length;
  const end = text.indexOf(mark, from);
  return end < 0 ? undefined : { start: from, end, next: end + mark.length, unit, quote };
}

/** Python's `b'…'` and the like. */
export function skipPrefix(text: string, at: number): number {
  return /[bruf]/.test(text.charAt(at)) && /["'\\]/.test(text.charAt(at + 1)) ? at + 1 : at;
}

/** What a quote is for a text that began with a quote of `unit`: its end, a part of it, or the end of one outside. */
function quoteKind(quote: string, slashes: number, unit: number): 'end' | 'inner' | 'outer' {
  if (slashes + 1 < unit) return 'outer';
  // An apostrophe is not escaped by JSON: a further backslash before it is the text's own.
  if (quote === "'") return slashes + 1 === unit ? 'end' : 'inner';
  return (slashes + 1) % (2 * unit) === unit ? 'end' : 'inner';
}

/** How many backslashes stand from `at` on. */
export function countSlashes(text: string, at: number): number {
  let end = at;
  while (text.charCodeAt(end) === 0x5c) end++;
  return end - at;
}

/** How many backslashes stand right before `at`, none of them before `from`. */
export function countSlashesBefore(text: string, at: number, from = 0): number {
  let start = at;
  while (start > from && text.charCodeAt(start - 1) === 0x5c) start--;
  return at - start;
}

/** The first place from `at` on that is no white space, escaped or not. */
export function skipSpace(text: string, at: number): number {
  for (let next = at; ;) {
    const code = text.charCodeAt(next);
    if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) next++;
    else if (code === 0x5c) {
      const behind = next + countSlashes(text, next);
      if (!/[nrt]/.test(text.charAt(behind))) return next;
      next = behind + 1;
    } else return next;
  }
}

/** What the letter of an escape stands for. */
export const escapedLetters: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
const escape = /\\(?:u([0-9a-fA-F]{4})|(.))/gs;

/** What a quoted text means: its bytes as UTF-8, and as many levels of escapes undone as there are. */
export function decodeQuoted(text: string, { start, end, unit, quote }: QuotedText): string {
  let decoded = Buffer.from(text.slice(start, end), 'latin1').toString();
  const levels = quote === '"' ? Math.round(Math.log2(unit)) + 1 : 1;
  for (let level = 0; level < levels && decoded.includes('\\'); level++) decoded = unescape(decoded);
  return decoded;
}

/** What a value of a URL means: percent-encodings are undone as often as they are there, within reason. */
export function decodePercents(value: string): string {
  let decoded = value;
  for (let level = 0; level < 4 && /%[\da-f]{2}|\+/i.test(decoded); level++) {
    try {
      decoded = decodeURIComponent(decoded.replaceAll('+', ' '));
    } catch {
      break; // no percent-encoding after all: it stands for itself
    }
  }
  return decoded;
}

function unescape(text: string): string {
  return text.replace(escape, (_, code: string | undefined, letter = '') =>
    code === undefined ? (escapedLetters[String(letter)] ?? String(letter)) : String.fromCharCode(parseInt(code, 16)),
  );
}
