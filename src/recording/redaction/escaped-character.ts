import { isContinuation } from '../../foundation/characters.ts';
import { countSlashes, escapedLetters } from './quoted-text.ts';

/** A character as another notation writes it, and where that ends. */
export interface EscapedCharacter {
  character: string;
  end: number;
}

const unicode = /u([\da-f]{4})(?:\\{1,64}u(d[c-f][\da-f]{2}))?/iy;
const longUnicode = /U([\da-f]{8})/iy;
const hexadecimal = /\\{1,64}x([\da-f]{2})/iy;
const percent = /%(?:25){0,30}([\da-f]{2})/iy;
// An ampersand that is escaped itself, as often as it is: `&amp;#39;`.
const entity = /(?:amp;){0,16}(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/iy;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };
const mark = /[^A-Za-z\d\\\x80-\xff]/;
const lastCharacter = 0x10ffff;

/**
 * The character that is escaped at `at`, in raw bytes taken as Latin-1: as in JSON at any depth, as Python, Go and shells
 * write it, as in URLs and in HTML. A plus sign is a space.
 * @returns undefined where none is
 */
export function readEscaped(text: string, at: number): EscapedCharacter | undefined {
  const code = text.charCodeAt(at);
  if (code === 0x5c) return readBackslash(text, at + countSlashes(text, at));
  if (code === 0x25) return readBytes(text, at, percent);
  if (code === 0x26) return readEntity(text, at + 1);
  return code === 0x2b ? { character: ' ', end: at + 1 } : undefined;
}

/** The character that stands at `at`, as it is or escaped. */
export function readCharacter(text: string, at: number): EscapedCharacter {
  const escaped = readEscaped(text, at);
  if (escaped !== undefined) return escaped;
  const end = endOfCharacter(text, at);
  return { character: Buffer.from(text.slice(at, end), 'latin1').toString(), end };
}

/** Where a character of UTF-8 ends. */
export function endOfCharacter(text: string, at: number): number {
  let end = at + 1;
  while (isContinuation(text.charCodeAt(end))) end++;
  return end;
}

function readBackslash(text: string, at: number): EscapedCharacter | undefined {
  const letter = text.charAt(at);
  if (letter === 'x') return readBytes(text, at - 1, hexadecimal);
  if (letter === 'u' || letter === 'U') return readUnicode(text, at);
  const inner = letter === '&' ? readEntity(text, at + 1) : undefined;
  if (inner !== undefined) return inner;
  const character = escapedLetters[letter] ?? (mark.test(letter) ? letter : undefined);
  return character === undefined ? undefined : { character, end: at + 1 };
}

function readUnicode(text: string, at: number): EscapedCharacter | undefined {
  const long = matchAt(longUnicode, text, at);
  if (long !== undefined) return characterOf(parseInt(long[1] ?? '', 16), at + long[0].length);
  const short = matchAt(unicode, text, at);
  if (short === undefined) return undefined;
  const [whole, high = '', low = ''] = short;
  const first = String.fromCharCode(parseInt(high, 16));
  if (!/[\ud800-\udbff]/.test(first) || low === '') {
    const end = at + 1 + high.length;
    return first === '&' ? (readEntity(text, end) ?? { character: first, end }) : { character: first, end };
  }
  return { character: first + String.fromCharCode(parseInt(low, 16)), end: at + whole.length };
}

/** Bytes of UTF-8 as far as they make a character; a byte that begins none is one of Latin-1. */
function readBytes(text: string, at: number, pattern: RegExp): EscapedCharacter | undefined {
  const bytes: number[] = [];
  let [end, firstEnd, wanted] = [at, at, 1];
  for (let match = matchAt(pattern, text, at); match !== undefined; match = matchAt(pattern, text, end)) {
    bytes.push(parseInt(match[1] ?? '', 16));
    end += match[0].length;
    if (bytes.length === 1) [firstEnd, wanted] = [end, lengthOfCharacter(bytes[0] ?? 0)];
    if (bytes.length === wanted) break;
  }
  const [first] = bytes;
  if (first === undefined) return undefined;
  const whole = Buffer.from(bytes);
  if (Buffer.from(whole.toString()).equals(whole)) return { character: whole.toString(), end };
  return { character: String.fromCharCode(first), end: firstEnd };
}

function readEntity(text: string, at: number): EscapedCharacter | undefined {
  const match = matchAt(entity, text, at);
  if (match === undefined) return undefined;
  const [whole, decimal, hex, name = ''] = match;
  const end = at + whole.length;
  if (decimal !== undefined) return characterOf(parseInt(decimal, 10), end);
  if (hex !== undefined) return characterOf(parseInt(hex, 16), end);
  return { character: entities[name.toLowerCase()] ?? '', end };
}

function characterOf(code: number, end: number): EscapedCharacter | undefined {
  return code > lastCharacter ? undefined : { character: String.fromCodePoint(code), end };
}

/** How many bytes of UTF-8 a character has that begins with this one. */
function lengthOfCharacter(byte: number): number {
  if (byte < 0xc2 || byte > 0xf4) return 1;
  if (byte < 0xe0) return 2;
  return byte < 0xf0 ? 3 : 4;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
