import { byteAtUnit, textOfBytes } from './go-runes.ts';
import { explainByte, GoSyntaxError } from './go-syntax-error.ts';

/** The characters that JSON is built of. */
export const char = {
  space: 0x20,
  quote: 0x22,
  comma: 0x2c,
  minus: 0x2d,
  dot: 0x2e,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;

/** Strings are looked through character by character for so long; then the start-up of a regular expression pays. */
const nearby = 64;
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const special = /["\\\u0000-\u001f]/g;
const escapedSurrogate = /\\u[dD][89a-fA-F]/;

/** Reads the tokens of one line, and fails with Go's words where there is none. `at` counts in UTF-16. */
export class GoScanner {
  readonly text: string;
  readonly #line: Buffer;
  at = 0;
  /** The first number so far that float64 cannot hold, as it is written. Its value is read as an infinity. */
  overflow: string | null = null;

  constructor(line: Buffer) {
    this.#line = line;
    this.text = textOfBytes(line);
  }

  /** Skips white space and gives the character that follows, 0 at the end of the line. */
  next(): number {
    const { text } = this;
    while (this.at < text.length) {
      const code = text.charCodeAt(this.at);
      if (code > char.space || !isSpace(code)) return code;
      this.at += 1;
    }
    return 0;
  }

  /** A string, number or literal that begins with `code`, the character at `at`. */
  scalar(code: number): string | number | boolean | null {
    if (code === char.quote) return this.string();
    if (code === char.minus || isDigit(code)) return this.number();
    if (code === 0x74) return this.#literal('true', true);
    if (code === 0x66) return this.#literal('false', false);
    if (code === 0x6e) return this.#literal('null', null);
    return this.fail('looking for beginning of value');
  }

  /** The string whose opening quote is at `at`. */
  string(): string {
    const { text } = this;
    const start = this.at;
    let end = this.#findSpecial(start + 1);
    if (text.charCodeAt(end) === char.quote) {
      this.at = end + 1;
      return text.slice(start + 1, end);
    }
    while (text.charCodeAt(end) !== char.quote) end = this.#findSpecial(this.#escapeEnd(end));
    this.at = end + 1;
    return unescaped(text.slice(start, end + 1));
  }

  number(): number {
    const { text } = this;
    const start = this.at;
    if (text.charCodeAt(start) === char.minus) this.at += 1;
    if (text.charCodeAt(this.at) === char.zero) this.at += 1;
    else this.#digits('in numeric literal');
    if (text.charCodeAt(this.at) === char.dot) {
      this.at += 1;
      this.#digits('after decimal point in numeric literal');
    }
    const hasExponent = (text.charCodeAt(this.at) | 0x20) === 0x65;
    if (hasExponent) this.#exponent();
    else if (this.at - start <= 15) return shortNumber(text, start, this.at);
    const value = Number(text.slice(start, this.at));
    if (!Number.isFinite(value)) this.overflow ??= text.slice(start, this.at);
    return value;
  }

  /** @throws GoSyntaxError for the character at `at`, or the end of the line, where no token may begin or go on. */
  fail(context: string): never {
    if (this.at >= this.text.length) throw new GoSyntaxError('unexpected end of JSON input');
    throw new GoSyntaxError(explainByte(byteAtUnit(this.#line, this.at), context));
  }

  /** Go feeds its scanner a space at the end of the line, and inside a token that is the character it complains of. */
  #failInToken(context: string): never {
    if (this.at >= this.text.length) throw new GoSyntaxError(explainByte(char.space, context));
    return this.fail(context);
  }

  #literal<Value>(word: string, value: Value): Value {
    const { text } = this;
    if (text.startsWith(word, this.at)) {
      this.at += word.length;
      return value;
    }
    let same = 1;
    while (text[this.at + same] === word[same]) same += 1;
    this.at += same;
    return this.#failInToken(`in literal ${word} (expecting '${word[same]}')`);
  }

  #exponent(): void {
    const sign = this.text.charCodeAt(this.at + 1);
    this.at += sign === 0x2b || sign === char.minus ? 2 : 1;
    this.#digits('in exponent of numeric literal');
  }

  /** One digit at least. */
  #digits(context: string): void {
    const { text } = this;
    let { at } = this;
    if (!isDigit(text.charCodeAt(at))) this.#failInToken(context);
    do at += 1;
    while (isDigit(text.charCodeAt(at)));
    this.at = at;
  }

  /** Where the next quote, backslash or control character is. */
  #findSpecial(from: number): number {
    const { text } = this;
    const near = Math.min(from + nearby, text.length);
    for (let at = from; at < near; at += 1) {
      const code = text.charCodeAt(at);
      if (code === char.quote || code === char.backslash || code < char.space) return at;
    }
    special.lastIndex = near;
    if (special.test(text)) return special.lastIndex - 1;
    this.at = text.length;
    return this.fail('in string literal');
  }

  /** Where the escape at `at` ends. */
  #escapeEnd(at: number): number {
    this.at = at;
    if (this.text.charCodeAt(at) !== char.backslash) this.fail('in string literal');
    this.at += 1;
    const letter = this.text[this.at] ?? '';
    if (letter === 'u') return this.#hexEnd();
    if (letter === '' || !'bfnrt\\/"'.includes(letter)) this.#failInToken('in string escape code');
    return this.at + 1;
  }

  #hexEnd(): number {
    for (let digit = 0; digit < 4; digit += 1) {
      this.at += 1;
      if (!isHexDigit(this.text.charCodeAt(this.at))) this.#failInToken('in \\u hexadecimal character escape');
    }
    return this.at + 1;
  }
}

/** Up to 15 digits, without the substring that `Number` would need: both sides of the division are exact, so that it rounds right. */
function shortNumber(text: string, start: number, end: number): number {
  const isNegative = text.charCodeAt(start) === char.minus;
  let digits = 0;
  let scale = 0;
  for (let at = isNegative ? start + 1 : start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code === char.dot) scale = 1;
    else {
      digits = digits * 10 + code - char.zero;
      scale *= 10;
    }
  }
  const value = scale === 0 ? digits : digits / scale;
  return isNegative ? -value : value;
}

/** `quoted` has been found valid, so the engine's own parser can do it, but for lone surrogates. */
function unescaped(quoted: string): string {
  // A valid JSON string literal parses to a string.
  const text = JSON.parse(quoted) as string;
  return escapedSurrogate.test(quoted) ? text.replace(/\p{Surrogate}/gu, '\ufffd') : text;
}

function isSpace(code: number): boolean {
  return code === char.space || code === 0x09 || code === 0x0a || code === 0x0d;
}

function isDigit(code: number): boolean {
  return code >= char.zero && code <= char.nine;
}

function isHexDigit(code: number): boolean {
  const lower = code | 0x20;
  return isDigit(code) || (lower >= 0x61 && lower <= 0x66);
}
