import { escapedLetters } from './quoted-text.ts';

/** What is found by its first character. */
interface Odd {
  /** As UTF-8, taken as Latin-1. */
  bytes: string;
}

const unicode = /u([\da-f]{4})(?:\\+u(d[c-f][\da-f]{2}))?/iy;
const hexadecimal = /x([\da-f]{2})/iy;
const percents = /(?:%(?:25)*[\da-f]{2}){1,4}/iy;

/**
 * Secrets with no plain characters in a row, by which others are found. One pass over a text finds where one of them may
 * begin: with its first character, as it is or escaped.
 */
export class OddSecrets<T extends Odd> {
  readonly #byFirst = new Map<string, T[]>();
  #start: RegExp | undefined;

  get size(): number {
    return this.#byFirst.size;
  }

  add(secret: T): void {
    const first = firstOf(Buffer.from(secret.bytes, 'latin1').toString());
    const others = this.#byFirst.get(first);
    if (others === undefined) this.#byFirst.set(first, [secret]);
    else others.push(secret);
    this.#start = undefined;
  }

  /** @param find gives where a secret that may begin at a place ends, -1 where it does not stand there */
  search(text: string, find: (secret: T, at: number) => number): void {
    const start = (this.#start ??= this.#startPattern());
    start.lastIndex = 0;
    for (let found = start.exec(text); found !== null; found = start.exec(text)) {
      let end = -1;
      for (const secret of this.#byFirst.get(characterAt(text, found.index, found[0])) ?? [])
        end = Math.max(end, find(secret, found.index));
      if (end > found.index) start.lastIndex = end;
    }
  }

  #startPattern(): RegExp {
    const plain = [...this.#byFirst.keys()].map((first) =>
      Buffer.from(first)
        .toString('latin1')
        .replace(/[^A-Za-z\d\u0080-\u00ff]/g, (mark) => `\\x${mark.charCodeAt(0).toString(16).padStart(2, '0')}`),
    );
    return new RegExp([...plain, String.raw`(?<!\\)\\`, '%', '\\+'].join('|'), 'g');
  }
}

function firstOf(text: string): string {
  return String.fromCodePoint(text.codePointAt(0) ?? 0);
}

/** The character that stands at a place, whatever notation it is in. */
function characterAt(text: string, at: number, raw: string): string {
  if (raw === '+') return ' ';
  if (raw === '%') return decodePercents(text, at) ?? raw;
  if (raw !== '\\') return Buffer.from(raw, 'latin1').toString();
  let behind = at;
  while (text.charCodeAt(behind) === 0x5c) behind++;
  unicode.lastIndex = behind;
  const [, high, low] = unicode.exec(text) ?? [];
  if (high !== undefined)
    return firstOf(
      String.fromCharCode(...[high, low ?? ''].filter((code) => code !== '').map((code) => parseInt(code, 16))),
    );
  hexadecimal.lastIndex = behind;
  const code = hexadecimal.exec(text)?.[1];
  if (code !== undefined) return String.fromCharCode(parseInt(code, 16));
  const next = text.charAt(behind);
  return escapedLetters[next] ?? next;
}

function decodePercents(text: string, at: number): string | undefined {
  percents.lastIndex = at;
  const bytes = percents.exec(text)?.[0].replace(/%(?:25)*/gi, '');
  return bytes === undefined ? undefined : firstOf(Buffer.from(bytes, 'hex').toString());
}
