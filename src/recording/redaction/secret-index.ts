import { digestSecret, renderPlaceholder } from '../../foundation/placeholder.ts';
import { createWanted, matchBackward, matchForward } from './encoded-match.ts';
import type { TrigramTable } from './trigram-table.ts';

/** A secret that is known. */
export interface Secret {
  kind: string;
  /** What it is replaced with. */
  placeholder: string;
}

/** Where a secret stands in a text. */
export interface SecretRange extends Secret {
  start: number;
  end: number;
  /** Whether nothing else is to be looked for in it, as in a run of base64. */
  isWhole?: boolean;
}

/** A text by which a secret is found: itself, or itself as another notation writes it. */
interface Pattern {
  secret: Secret;
  /** As UTF-8, taken as Latin-1. */
  bytes: string;
  /** From where on in it it is looked up: its key begins there. */
  anchor: number;
  /** Base64 is replaced as a whole: the bytes round the secret share digits with it. */
  isBase64: boolean;
}

/** A shorter one would be found where it is not meant. */
const shortestSpread = 8;
/** A longer one is replaced where it stood, and not looked for again. */
const longestSpread = 64 << 10;
/** So many are looked for: the newest. A session has a handful. */
const mostSpread = 20_000;
/** By so many plain characters in a row a secret is found; where it has fewer, by so few. */
const [longKey, shortKey] = [6, 3];
/** A longer secret costs its length to compare with; for so much more than the text itself that is done. */
const quickLook = 64;
const leastEffort = 4 << 20;
const plainRun = /[A-Za-z0-9_.~-]{3,}/g;
const base64Digit = /[A-Za-z0-9+/_-]/;

/** The secrets of a session, each of which is found wherever it comes again. */
export class SecretIndex {
  readonly #key: string;
  readonly #table: TrigramTable;
  readonly #flag: number;
  readonly #secrets = new Map<string, Secret>();
  /** By the characters at their anchors. */
  readonly #patterns = new Map<string, Pattern[]>();
  #hasShortKeys = false;
  /** So many more characters of long secrets are compared in this text. */
  #effort = 0;
  /** Those without three plain characters in a row. */
  #odd: Pattern[] = [];

  /** @param options `flag` stands in the table for what may be a secret of this index */
  constructor(key: string, { table, flag }: { table: TrigramTable; flag: number }) {
    this.#key = key;
    this.#table = table;
    this.#flag = flag;
  }

  /** Whether there are secrets that the table can't find candidates for. */
  get hasOdd(): boolean {
    return this.#odd.length > 0;
  }

  /** The secret of a value: the one that is known, or a new one. @returns `isNew` where it is to be looked for from now on */
  learn(value: string, kind: string): { secret: Secret; isNew: boolean } {
    const known = this.#secrets.get(value);
    if (known !== undefined) return { secret: known, isNew: false };
    const secret = { kind, placeholder: renderPlaceholder({ kind, digest: digestSecret(this.#key, value) }) };
    const isNew =
      Array.from(value.slice(0, 2 * shortestSpread)).length >= shortestSpread &&
      value.length <= longestSpread &&
      withoutEnds(value) !== '';
    if (this.#secrets.size >= mostSpread) this.#forget();
    this.#secrets.set(value, secret);
    if (isNew) for (const notation of notationsOf(value)) this.#add(secret, notation);
    return { secret, isNew };
  }

  /** The secret whose key stands at `at`, from its beginning to its end. */
  find(text: string, at: number): SecretRange | undefined {
    let best = this.#findBy(longKey, text, at);
    if (best === undefined && this.#hasShortKeys) best = this.#findBy(shortKey, text, at);
    return best;
  }

  /** A text is to be searched. */
  begin(text: string): void {
    this.#effort = 8 * text.length + leastEffort;
  }

  #findBy(length: number, text: string, at: number): SecretRange | undefined {
    const patterns = this.#patterns.get(text.slice(at, at + length));
    if (patterns === undefined) return undefined;
    let best: SecretRange | undefined;
    for (const pattern of patterns) {
      const range = this.#compare(text, at, pattern);
      if (range !== undefined && (best === undefined || range.end - range.start > best.end - best.start)) best = range;
    }
    return best;
  }

  /** Once a text has cost too much, what begins like a long secret is taken for it. */
  #compare(text: string, at: number, pattern: Pattern): SecretRange | undefined {
    const { secret, bytes } = pattern;
    if (bytes.length > quickLook) this.#effort -= bytes.length;
    if (this.#effort > 0 || bytes.length <= quickLook) return rangeOf(text, at, pattern);
    return { kind: secret.kind, placeholder: secret.placeholder, start: at, end: at + longKey, isWhole: true };
  }

  /** The secrets that have to be looked for one by one. */
  *findOdd(text: string): Iterable<SecretRange> {
    for (const pattern of this.#odd) {
      const first = new RegExp(`[${pattern.bytes[0]?.replace(/[^A-Za-z0-9]/g, '\\$&') ?? ''}%]|(?<!\\\\)\\\\`, 'g');
      for (let found = first.exec(text); found !== null; found = first.exec(text)) {
        const range = rangeOf(text, found.index, pattern);
        if (range === undefined) continue;
        yield range;
        first.lastIndex = range.end;
      }
    }
  }

  #add(secret: Secret, [text, isBase64]: readonly [string, boolean]): void {
    const bytes = Buffer.from(text).toString('latin1');
    const { anchor, key } = this.#chooseKey(bytes);
    const pattern = { secret, bytes, anchor, isBase64 };
    if (key === '') {
      this.#odd.push(pattern);
      return;
    }
    this.#table.add(key, this.#flag);
    this.#hasShortKeys ||= key.length < longKey;
    const others = this.#patterns.get(key);
    if (others === undefined) this.#patterns.set(key, [pattern]);
    else others.push(pattern);
  }

  /** Of all plain characters in a row, those by which the fewest other secrets are found: many begin alike. */
  #chooseKey(bytes: string): { anchor: number; key: string } {
    let [best, fewest] = [{ anchor: 0, key: '' }, Infinity];
    for (const { 0: run, index } of bytes.slice(0, 1000).matchAll(plainRun)) {
      const length = run.length < longKey ? shortKey : longKey;
      if (length < best.key.length) continue;
      for (let at = index; at + length <= index + run.length; at++) {
        const key = bytes.slice(at, at + length);
        const count = this.#patterns.get(key)?.length ?? 0;
        if (count >= fewest && length === best.key.length) continue;
        [best, fewest] = [{ anchor: at, key }, count];
        if (count === 0) break;
      }
    }
    return best;
  }

  /** Drops the older half. Their candidates stay in the table, and are none any more. */
  #forget(): void {
    const kept = [...this.#secrets].slice(mostSpread / 2);
    this.#secrets.clear();
    this.#patterns.clear();
    this.#odd = [];
    for (const [value, secret] of kept) {
      this.#secrets.set(value, secret);
      for (const notation of notationsOf(value)) this.#add(secret, notation);
    }
  }
}

function rangeOf(text: string, at: number, pattern: Pattern): SecretRange | undefined {
  const place = placeOf(text, at, pattern);
  if (place === undefined) return undefined;
  const { kind, placeholder } = pattern.secret;
  const { start, end } = pattern.isBase64 ? wholeRun(text, place) : place;
  return { kind, placeholder, start, end, isWhole: pattern.isBase64 };
}

/** Mostly it stands there as it is; otherwise character by character, each with its escapes. */
function placeOf(text: string, at: number, { bytes, anchor }: Pattern): { start: number; end: number } | undefined {
  const whole = at - anchor;
  if (whole >= 0 && text.startsWith(bytes, whole)) return { start: whole, end: whole + bytes.length };
  const wanted = createWanted(Buffer.from(bytes, 'latin1').toString());
  const from = Buffer.from(bytes.slice(0, anchor), 'latin1').toString();
  const index = Array.from(from).length;
  const end = matchForward(text, at, { wanted, from: index });
  const start = end < 0 ? -1 : matchBackward(text, at, { wanted, until: index });
  return start < 0 ? undefined : { start, end };
}

/** Base64 to its ends. */
function wholeRun(text: string, { start, end }: { start: number; end: number }): { start: number; end: number } {
  const last = endOfRun(text, end, 1);
  const padding = /^={0,2}/.exec(text.slice(last, last + 2))?.[0].length ?? 0;
  const first = behindEscape(text, endOfRun(text, start - 1, -1) + 1);
  return { start: Math.min(first, start), end: last + padding };
}

/** The letters of an escape that the digits follow, as in `\\n`, are none of them. */
function behindEscape(text: string, at: number): number {
  if (text[at - 1] === '%') return at + 2;
  if (text[at - 1] !== '\\') return at;
  return at + (text[at] === 'u' ? 5 : 1);
}

function endOfRun(text: string, from: number, step: 1 | -1): number {
  let at = from;
  while (at >= 0 && at < text.length && base64Digit.test(text.charAt(at))) at += step;
  return at;
}

/** Backslashes at the ends are found with what is between them; for themselves they can't be told from those of escapes. */
function withoutEnds(value: string): string {
  let [start, end] = [0, value.length];
  while (value[start] === '\\') start++;
  while (end > start && value[end - 1] === '\\') end--;
  return end - start > value.length / 2 ? value.slice(start, end) : '';
}

/** A value as it may be written, and whether that is base64: as it is, in hexadecimal, in base64 at each of its three places. */
function notationsOf(value: string): Map<string, boolean> {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  const texts = new Map([withoutEnds(value), hex, hex.toUpperCase()].map((text) => [text, false]));
  for (const shift of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes]);
    // The first and the last digits hang on the bytes beside.
    const from = shift === 0 ? 0 : shift + 1;
    const to = Math.floor((whole.length * 8) / 6);
    for (const notation of ['base64', 'base64url'] as const) texts.set(whole.toString(notation).slice(from, to), true);
  }
  return texts;
}
