import { findPlaceholders, splitPlaceholders } from '../../foundation/placeholder.ts';
import { isSecretName } from '../../foundation/secret-names.ts';
import type { FoundSecret } from '../../foundation/find-shapes.ts';
import { findShapeAt, shapeBeginnings } from '../../foundation/find-shapes.ts';
import { outermost, settleRanges } from './settle-ranges.ts';
import type { PlaceState } from './json-places.ts';
import { findWished } from './json-places.ts';
import type { NamedValue } from './give-value.ts';
import type { NameRules, NameSearch } from './name-values.ts';
import { fieldTrigrams, findNamed, nameTrigrams } from './name-values.ts';
import { undoNeedlessEscapes } from './needless-escapes.ts';
import type { Range } from './range-list.ts';
import { cutsInto, rangeAt } from './range-list.ts';
import type { SecretRange } from './secret-index.ts';
import { SecretIndex } from './secret-index.ts';
import { TrigramTable } from './trigram-table.ts';

const [isName, isShape, isLearned] = [1, 2, 4];

/** A secret, and what it means where that is not what is written. */
export interface MeantSecret extends FoundSecret {
  value?: string;
}

/** Finds secrets in a text of bytes taken as Latin-1. */
export type FindSecrets = (text: string) => Iterable<MeantSecret>;

/** What is a secret beyond what everybody's are. */
export interface RedactionRules extends NameRules {
  /** Places of messages that are redacted or kept, from the message itself on. */
  places?: PlaceState | undefined;
  finders?: readonly FindSecrets[];
}

export interface RedactorOptions {
  /** The project's key. */
  key: string;
  rules: RedactionRules;
}

/** What stands in a text. */
export interface Found {
  /** In the order of the text, none over another. */
  secrets: SecretRange[];
  /** What is to be kept, whatever it looks like. */
  kept: Range[];
}

/** What is gone through, and what has been found in it. */
interface Search extends NameSearch {
  text: string;
  ranges: SecretRange[];
  /** What has been replaced before: nothing is looked for in there. */
  placeholders: readonly Range[];
  /** How far names, and tokens, have been looked at. */
  nameUntil: number;
  shapeUntil: number;
}

/**
 * Replaces secrets by placeholders, line by line. What it has found once it finds again, wherever and however it is
 * written. Whatever is no secret stays as it is, byte by byte.
 */
export class Redactor {
  /** How often something was replaced, by kind. */
  readonly counts = new Map<string, number>();
  readonly #replaced = new Set<string>();
  readonly #rules: RedactionRules;
  readonly #table = new TrigramTable();
  readonly #index: SecretIndex;

  constructor({ key, rules }: RedactorOptions) {
    this.#rules = rules;
    this.#index = new SecretIndex(key, { table: this.#table, flag: isLearned });
    for (const text of nameTrigrams) this.#table.add(text, isName);
    for (const text of shapeBeginnings) this.#table.add(text, isShape);
  }

  /** How many different secrets were replaced. */
  get secrets(): number {
    return this.#replaced.size;
  }

  /** Fields that a plugin's package marks as secret are secrets from now on. */
  addFields(names: readonly string[]): void {
    if (names.length === 0) return;
    for (const name of names) this.#rules.fields.add(name);
    for (const text of fieldTrigrams) this.#table.add(text, isName);
  }

  /** @returns the same bytes where there is no secret in them */
  redact(bytes: Buffer): Buffer {
    const text = bytes.toString('latin1');
    const { secrets } = this.find(bytes, text);
    return secrets.length === 0 ? bytes : this.#replace(text, secrets);
  }

  /**
   * Only looks, and learns: what comes later is known from the beginning.
   * @param text the same bytes as Latin-1
   */
  find(bytes: Buffer, text = bytes.toString('latin1')): Found {
    const found = this.#find(text, bytes);
    const hidden = undoNeedlessEscapes(text);
    if (hidden === undefined) return found;
    const { plain, placeOf } = hidden;
    const more = this.#find(plain, Buffer.from(plain, 'latin1'));
    for (const range of [...more.secrets, ...more.kept])
      Object.assign(range, { start: placeOf(range.start), end: placeOf(range.end) });
    return { secrets: outermost([...found.secrets, ...more.secrets]), kept: [...found.kept, ...more.kept] };
  }

  /** A text that is no line of the session. */
  redactText(text: string): string {
    return this.redact(Buffer.from(text)).toString();
  }

  /** The placeholder of a text that is known to be a secret. */
  replace(value: string, kind: string): string {
    const { placeholder } = this.#index.learn(value, kind).secret;
    this.#count(kind, placeholder);
    return placeholder;
  }

  /** The words of a command: values of flags with secret names, and what is a secret anywhere. */
  redactCommand(words: readonly string[]): string[] {
    const named = words.map((word, index) => namedIn(word, words[index - 1]));
    // Whatever comes again may stand before its name.
    for (const one of named) if (one !== undefined) this.#index.learn(one.value, one.name);
    return words.map((word, index) => {
      const one = named[index];
      return one === undefined ? this.redactText(word) : one.front + this.replace(one.value, one.name);
    });
  }

  #find(text: string, bytes: Buffer): Found {
    const ranges: SecretRange[] = [];
    const placeholders = findPlaceholders(text);
    let isAnyNew = false;
    const found = ({ kind, start, end, value }: NamedValue): void => {
      if (value === '' || isPlaceholder(value) || (start >= 0 && cutsInto({ start, end }, placeholders))) return;
      if (start < 0 && value.length < 8) return;
      const { secret, isNew } = this.#index.learn(value, kind);
      isAnyNew ||= isNew;
      // A key of several lines may come again line by line.
      if (isNew && value.includes('\n'))
        for (const line of value.split('\n')) if (keyLine.test(line)) this.#index.learn(line, kind);
      if (start >= 0) ranges.push({ kind: secret.kind, placeholder: secret.placeholder, start, end });
    };
    const kept = this.#takeWished(text, found);
    const search: Search = { text, found, ranges, placeholders, rules: this.#rules, nameUntil: 0, shapeUntil: 0 };
    this.#index.begin(text);
    this.#table.scan(bytes, (at, flags) => this.#look(search, at, flags));
    if (isAnyNew)
      this.#table.scan(bytes, (at, flags) => ((flags & isLearned) === 0 ? at + 1 : this.#look(search, at, isLearned)));
    if (this.#index.hasOdd) ranges.push(...this.#index.findOdd(text));
    if (ranges.length === 0) return { secrets: ranges, kept };
    const outside = placeholders.length === 0 ? ranges : ranges.filter((range) => !cutsInto(range, placeholders));
    const secrets = settleRanges(text, outside).filter(
      (range) => !kept.some((one) => one.start <= range.start && range.end <= one.end),
    );
    return { secrets, kept };
  }

  /** A secret may begin inside a name, or inside of another: neither is passed over. */
  #look(search: Search, at: number, flags: number): number {
    const { text, found, ranges, placeholders } = search;
    const placeholder = placeholders.length === 0 ? undefined : rangeAt(placeholders, at);
    if (placeholder !== undefined) return placeholder.end;
    if ((flags & isLearned) !== 0) {
      const range = this.#index.find(text, at);
      if (range !== undefined) {
        ranges.push(range);
        if (range.isWhole === true) return Math.max(range.end, at + 1);
      }
    }
    if ((flags & isShape) !== 0 && at >= search.shapeUntil) {
      const shape = findShapeAt(text, at);
      if (shape !== undefined) {
        const { kind, start, end } = shape;
        found({ kind, start, end, value: Buffer.from(text.slice(start, end), 'latin1').toString() });
        search.shapeUntil = end;
      }
    }
    if ((flags & isName) !== 0 && at >= search.nameUntil && at >= search.shapeUntil)
      search.nameUntil = findNamed(text, at, search);
    return at + 1;
  }

  /** What was asked for. @returns what is to be kept */
  #takeWished(text: string, take: (value: NamedValue) => void): NamedValue[] {
    const { places, finders = [] } = this.#rules;
    const kept: NamedValue[] = [];
    for (const { wish, key, ...spot } of places === undefined ? [] : findWished(text, places)) {
      if (wish === 'keep') kept.push({ ...spot, kind: key });
      else take({ ...spot, kind: key });
    }
    for (const find of finders)
      for (const { kind, start, end, value } of find(text))
        take({ kind, start, end, value: value ?? Buffer.from(text.slice(start, end), 'latin1').toString() });
    return kept;
  }

  #replace(text: string, ranges: readonly SecretRange[]): Buffer {
    let result = '';
    let done = 0;
    for (const { start, end, kind, placeholder } of ranges) {
      result += text.slice(done, start) + placeholder;
      done = end;
      this.#count(kind, placeholder);
    }
    return Buffer.from(result + text.slice(done), 'latin1');
  }

  #count(kind: string, placeholder: string): void {
    this.#replaced.add(placeholder);
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }
}

/** The value in a word of a command that a secret name tells: its own, `NAME=value`, or that of the flag before it. */
function namedIn(word: string, before = ''): { front: string; name: string; value: string } | undefined {
  const [front = '', ownName = ''] = /^(?:--?)?([A-Za-z_][\w.-]*)=/.exec(word) ?? [];
  const name = ownName === '' ? (/^--?([A-Za-z][\w.-]*)$/.exec(before)?.[1] ?? '') : ownName;
  const value = word.slice(front.length);
  if (value === '' || !isSecretName(name) || (front === '' && /^--?[A-Za-z][\w-]*(?:=|$)/.test(word))) return undefined;
  return { front, name, value };
}

/** A line of a key in PEM, not its first or last. */
const keyLine = /^[A-Za-z\d+/]{16,128}={0,2}$/;

function isPlaceholder(value: string): boolean {
  return splitPlaceholders(value)?.pieces.every((piece) => piece === '') ?? false;
}
