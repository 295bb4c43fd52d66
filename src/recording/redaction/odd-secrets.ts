import { endOfCharacter, readCharacter } from './escaped-character.ts';
import { countSlashes } from './quoted-text.ts';

/** What is found by a few of its characters. */
interface Odd {
  /** As UTF-8, taken as Latin-1. */
  bytes: string;
  /** From where on in it it is looked up. */
  anchor: number;
}

/** By so many characters it is found, where that many in a row are read in one way only. */
const keyLength = 4;
/** So many may be found by the same: each is compared with. */
const fewAlike = 4;
const mostTried = 250;
const escapes = '\\%&+';
/** What is written in more ways than one, or escapes what follows. */
const unclear = /[\\%&'"]/;

/**
 * Secrets with no plain characters in a row, by which others are found. One pass over a text finds where one of them may
 * begin, by a character as it is or escaped; the next few tell which.
 */
export class OddSecrets<T extends Odd> {
  readonly #byKey = new Map<string, T[]>();
  /** Their first characters as they are, and the bytes that these or an escape begin with. */
  readonly #firsts = new Set<string>();
  readonly #starts = new Uint8Array(256);

  constructor() {
    for (const mark of escapes) this.#starts[mark.charCodeAt(0)] = 1;
  }

  get size(): number {
    return this.#firsts.size;
  }

  add(secret: T): void {
    const { key, anchor } = this.#chooseKey(Array.from(Buffer.from(secret.bytes, 'latin1').toString()));
    const anchored = { ...secret, anchor };
    const others = this.#byKey.get(key);
    if (others === undefined) this.#byKey.set(key, [anchored]);
    else others.push(anchored);
    const first = Buffer.from(String.fromCodePoint(key.codePointAt(0) ?? 0)).toString('latin1');
    this.#firsts.add(first);
    this.#starts[first.charCodeAt(0)] = 1;
  }

  /** @param find gives where a secret that may stand at a place ends, -1 where it does not stand there */
  search(text: string, find: (secret: T, at: number) => number): void {
    for (let at = 0; at < text.length;) {
      if (this.#starts[text.charCodeAt(at)] === 0) at++;
      else at = Math.max(this.#searchAt(text, at, find), at + Math.max(countSlashes(text, at), 1));
    }
  }

  #searchAt(text: string, at: number, find: (secret: T, at: number) => number): number {
    let end = -1;
    if (!escapes.includes(text.charAt(at)) && !this.#firsts.has(text.slice(at, endOfCharacter(text, at)))) return end;
    for (const key of keysAt(text, at))
      for (const secret of this.#byKey.get(key) ?? []) end = Math.max(end, find(secret, at));
    return end;
  }

  /** The first characters, or where too many begin alike those that the fewest others have. */
  #chooseKey(characters: readonly string[]): { key: string; anchor: number } {
    let [best, least] = [{ key: '', anchor: 0 }, Infinity];
    let anchor = 0;
    for (let index = 0; index < Math.min(characters.length, mostTried) && least >= fewAlike; index++) {
      const key = keyFrom(characters.slice(index, index + keyLength).map(plainOf));
      const cost = this.#byKey.get(key)?.length ?? 0;
      const isClear = index === 0 || !unclear.test(`${characters[index - 1]}${characters[index]}`);
      if (isClear && cost < least && key.length >= best.key.length) [best, least] = [{ key, anchor }, cost];
      anchor += Buffer.byteLength(characters[index] ?? '');
    }
    return best;
  }
}

/** The first character, and what follows it as far as that is clear. */
function keyFrom(characters: readonly string[]): string {
  const end = characters.findIndex((character, index) => unclear.test(character) && index > 0);
  return characters.slice(0, unclear.test(characters[0] ?? '') ? 1 : end < 0 ? keyLength : end).join('');
}

/** What may be looked up at a place: the longest last. */
function keysAt(text: string, at: number): string[] {
  const keys: string[] = [];
  let key = '';
  for (let next = at; keys.length < keyLength && next < text.length;) {
    const { character: read, end } = readCharacter(text, next);
    const character = plainOf(read);
    if (unclear.test(character) && keys.length > 0) break;
    key += character;
    keys.push(key);
    if (unclear.test(character)) break;
    next = end;
  }
  return keys;
}

/** A plus sign may be a space. */
function plainOf(character: string): string {
  return character === '+' ? ' ' : character;
}
