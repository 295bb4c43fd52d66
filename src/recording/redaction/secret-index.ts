import { digestSecret, renderPlaceholder } from '../../foundation/placeholder.ts';
import type { Wanted } from './encoded-match.ts';
import { createWanted, matchBackward, matchForward } from './encoded-match.ts';
import { OddSecrets } from './odd-secrets.ts';
import { countSlashesBefore } from './quoted-text.ts';
import type { Range } from './range-list.ts';
import { encodingsOf, wholeRun, withoutEnds } from './secret-encodings.ts';
import { isSpreadable, isWholeWord, isWordlike } from './spread.ts';
import type { TrigramTable } from './trigram-table.ts';

/** A secret that is known. */
export interface Secret {
  kind: string;
  /** What it is replaced with. */
  placeholder: string;
}

/** Where a secret stands in a text. */
export interface SecretRange extends Secret, Range {
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
  /** It is only meant where no word goes on. */
  isWord: boolean;
  /** Its characters, once they are needed, and how many of them stand before the anchor. */
  wanted?: { wanted: Wanted; index: number };
}

/** So many are looked for: the newest. A session has a handful. */
const mostSpread = 20_000;
/** By so many plain characters in a row a secret is found; where it has fewer, by so few. */
const [longKey, shortKey] = [6, 3];
/** More with one key are told apart by other characters than plain ones. */
const mostAlike = 32;
/** A longer secret costs its length to compare with; for so much more than the text itself that is done. */
const quickLook = 64;
const leastEffort = 4 << 20;
const plainRun = /[A-Za-z0-9_.~-]{3,}/g;
/** Regular expressions, Markdown and careful shells escape these. */
const sometimesEscaped = /[_.~-]/;
const escapeStart = /[\\%+&]/;
/** What is escaped by what follows it. */
const selfEscaped = /[%&'"]/;

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
  /** Those without three plain characters in a row of their own. */
  #odd = new OddSecrets<Pattern>();

  /** @param options `flag` stands in the table for what may be a secret of this index */
  constructor(key: string, { table, flag }: { table: TrigramTable; flag: number }) {
    this.#key = key;
    this.#table = table;
    this.#flag = flag;
  }

  /** Whether there are secrets that the table can't find candidates for. */
  get hasOdd(): boolean {
    return this.#odd.size > 0;
  }

  /** The secret of a value: the one that is known, or a new one. @returns `isNew` where it is to be looked for from now on */
  learn(value: string, name: string): { secret: Secret; isNew: boolean } {
    const known = this.#secrets.get(value);
    if (known !== undefined) return { secret: known, isNew: false };
    // A secret may be a name, too.
    const kind = this.#secrets.has(name) && isSpreadable(name, '') ? 'secret' : name;
    const secret = { kind, placeholder: renderPlaceholder({ kind, digest: digestSecret(this.#key, value) }) };
    const isNew = isSpreadable(value, kind) && withoutEnds(value) !== '';
    if (this.#secrets.size >= mostSpread) this.#forget();
    this.#secrets.set(value, secret);
    if (isNew) this.#spread(secret, value);
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

  /** The secrets that the table has no candidates for. */
  findOdd(text: string): SecretRange[] {
    const ranges: SecretRange[] = [];
    this.#odd.search(text, (pattern, at) => {
      const range = rangeOf(text, at, pattern);
      if (range === undefined) return -1;
      ranges.push(range);
      return range.end;
    });
    return ranges;
  }

  #spread(secret: Secret, value: string): void {
    const isWord = isWordlike(value);
    this.#add({ secret, bytes: Buffer.from(withoutEnds(value)).toString('latin1'), isBase64: false, isWord });
    for (const [text, isBase64] of encodingsOf(value)) this.#add({ secret, bytes: text, isBase64, isWord: false });
  }

  #add(unanchored: Omit<Pattern, 'anchor'>): void {
    const { bytes } = unanchored;
    const { anchor, key } = this.#chooseKey(bytes);
    const pattern = { ...unanchored, anchor };
    const others = this.#patterns.get(key);
    if (key === '' || (others?.length ?? 0) >= mostAlike) {
      this.#odd.add(pattern);
      return;
    }
    this.#table.add(key, this.#flag);
    this.#hasShortKeys ||= key.length < longKey;
    if (others === undefined) this.#patterns.set(key, [pattern]);
    else others.push(pattern);
  }

  /**
   * Of all plain characters in a row, those by which the fewest other secrets are found, since many begin alike; and of
   * those with the most different characters, since runs of one are frequent.
   */
  #chooseKey(bytes: string): { anchor: number; key: string } {
    let [best, least] = [{ anchor: 0, key: '' }, Infinity];
    for (const { 0: run, index } of bytes.slice(0, 1000).matchAll(plainRun)) {
      const length = run.length < longKey ? shortKey : longKey;
      if (length < best.key.length) continue;
      for (let at = index; at + length <= index + run.length; at++) {
        const key = bytes.slice(at, at + length);
        const cost =
          (this.#patterns.get(key)?.length ?? 0) +
          (length - new Set(key).size) / length +
          (sometimesEscaped.test(key) ? 1 / 2 : 0);
        if (cost >= least && length === best.key.length) continue;
        [best, least] = [{ anchor: at, key }, cost];
        if (cost === 0) break;
      }
    }
    return best;
  }

  /** Drops the older half. Their candidates stay in the table, and are none any more. */
  #forget(): void {
    const kept = [...this.#secrets].slice(mostSpread / 2);
    this.#secrets.clear();
    this.#patterns.clear();
    this.#odd = new OddSecrets();
    for (const [value, secret] of kept) {
      this.#secrets.set(value, secret);
      if (isSpreadable(value, secret.kind)) this.#spread(secret, value);
    }
  }
}

function rangeOf(text: string, at: number, pattern: Pattern): SecretRange | undefined {
  const place = placeOf(text, at, pattern);
  if (place === undefined || (pattern.isWord && !isWholeWord(text, place.start, place.end))) return undefined;
  const { kind, placeholder } = pattern.secret;
  const { start, end } = pattern.isBase64 ? wholeRun(text, place) : place;
  return { kind, placeholder, start, end, isWhole: pattern.isBase64 };
}

/** Mostly it stands there as it is; otherwise character by character, each with its escapes. */
function placeOf(text: string, at: number, pattern: Pattern): Range | undefined {
  const { bytes, anchor } = pattern;
  const whole = at - anchor;
  if (whole >= 0 && text.startsWith(bytes, whole)) return { start: whole, end: whole + bytes.length };
  if (!mayBeEscaped(text, at, pattern)) return undefined;
  pattern.wanted ??= {
    wanted: createWanted(Buffer.from(bytes, 'latin1').toString()),
    index: Array.from(Buffer.from(bytes.slice(0, anchor), 'latin1').toString()).length,
  };
  const { wanted, index } = pattern.wanted;
  const end = matchForward(text, at, { wanted, from: index });
  // A mark may have a backslash of its own.
  const until = /[A-Za-z\d]/.test(text.charAt(at)) ? at : at - countSlashesBefore(text, at);
  const start = end < 0 ? -1 : matchBackward(text, until, { wanted, until: index });
  return start < 0 ? undefined : { start, end };
}

/** Where a text goes on otherwise than a secret does, an escape has to begin. */
function mayBeEscaped(text: string, at: number, { bytes, anchor }: Pattern): boolean {
  let length = 0;
  while (anchor + length < bytes.length && bytes.charCodeAt(anchor + length) === text.charCodeAt(at + length)) length++;
  return (
    anchor + length === bytes.length ||
    escapeStart.test(text.charAt(at + length)) ||
    bytes[anchor + length] === '\\' ||
    selfEscaped.test(bytes.slice(anchor, anchor + length))
  );
}
