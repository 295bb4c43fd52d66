import type { Asked } from './differences.ts';
import type { GoObject, GoValue } from './go-decoder.ts';
import { identityKeys } from './identity.ts';

/** A sketch is so many numbers: type and action, what the request names, and the smallest hashes of its values. */
const rowSize = 16;
const sampled = rowSize - 2;
/** So many requests are sketched, 64 bytes each; behind them, likeness is not looked for. */
const mostRows = 1 << 16;
/** So many values of a request go into its sketch. */
const mostValues = 2000;
/** Of a longer text its beginning, its end and its length stand for it. */
const sampledText = 64;

/**
 * Finds requests that are like another one, without comparing it with each in full: of every request it keeps the
 * smallest hashes of its places and values, and the share of those that two requests have in common estimates the share
 * of their values that are equal (bottom-k sketches, Broder 1997).
 */
export class Sketches<T> {
  readonly #items: T[] = [];
  #rows = new Uint32Array(64 * rowSize);

  add(item: T, asked: Asked): void {
    const at = this.#items.length * rowSize;
    if (this.#items.length === mostRows) return;
    if (at === this.#rows.length) this.#grow();
    this.#items.push(item);
    this.#rows.set(sketchOf(asked), at);
  }

  /** Up to `count` items, the most alike first; of equally alike ones the first that was added. */
  nearest(asked: Asked, count: number): T[] {
    const sketch = sketchOf(asked);
    const ranked = this.#items.map((item, index) => ({ item, likeness: this.#likeness(sketch, index * rowSize) }));
    return ranked
      .toSorted((a, b) => b.likeness - a.likeness)
      .slice(0, count)
      .map(({ item }) => item);
  }

  /** Type and action weigh most, then what is named, then the values. */
  #likeness(sketch: Uint32Array, at: number): number {
    const rows = this.#rows;
    const [isSameKind, isSameName] = [rows[at] === sketch[0], rows[at + 1] === sketch[1]];
    return (isSameKind ? 4 : 0) + (isSameName ? 2 : 0) + this.#share(sketch, at);
  }

  /** The share of equal hashes among the smallest of both. */
  #share(sketch: Uint32Array, start: number): number {
    let [left, right, equal, seen] = [2, start + 2, 0, 0];
    for (; seen < sampled; seen++) {
      const a = left < rowSize ? (sketch[left] ?? unused) : unused;
      const b = right < start + rowSize ? (this.#rows[right] ?? unused) : unused;
      if (a === unused && b === unused) break;
      if (a === b) equal++;
      if (a <= b) left++;
      if (b <= a) right++;
    }
    return seen === 0 ? 1 : equal / seen;
  }

  #grow(): void {
    const rows = new Uint32Array(this.#rows.length * 2);
    rows.set(this.#rows);
    this.#rows = rows;
  }
}

/** No hash: the request has fewer values. */
const unused = 0xffffffff;

function sketchOf({ type, action, request }: Asked): Uint32Array {
  const row = new Uint32Array(rowSize).fill(unused);
  row[0] = hashText(hashText(1, type), action);
  row[1] = identityKeys.reduce((hash, key) => hashValue(hash, request?.[key] ?? null), 1);
  if (request !== null) sampleValues(request, row);
  return row;
}

interface Frame {
  container: GoObject | GoValue[];
  keys: readonly string[] | null;
  length: number;
  next: number;
  hash: number;
}

/** Keeps the smallest hashes of all places with a value. */
function sampleValues(request: GoObject, row: Uint32Array): void {
  const stack = [openFrame(request, 1)];
  let left = mostValues;
  for (let frame = stack.at(-1); frame !== undefined && left > 0; frame = stack.at(-1)) {
    if (frame.next === frame.length) {
      stack.pop();
      continue;
    }
    const { container, keys, next } = frame;
    frame.next++;
    const key = keys?.[next];
    const hash = key === undefined ? mix(frame.hash, next) : hashText(frame.hash, key);
    const value = (Array.isArray(container) ? container[next] : container[key ?? '']) ?? null;
    if (value !== null && typeof value === 'object') stack.push(openFrame(value, hash));
    else {
      keepSmall(row, hashValue(hash, value));
      left--;
    }
  }
}

function openFrame(container: GoObject | GoValue[], hash: number): Frame {
  if (Array.isArray(container)) return { container, keys: null, length: container.length, next: 0, hash };
  const keys = Object.keys(container);
  return { container, keys, length: keys.length, next: 0, hash };
}

/** Puts a hash among the smallest, in order, each once. */
function keepSmall(row: Uint32Array, hash: number): void {
  let at = rowSize - 1;
  if (hash >= (row[at] ?? unused)) return;
  while (at > 2 && (row[at - 1] ?? unused) > hash) at--;
  if (row[at - 1] === hash && at > 2) return;
  row.copyWithin(at + 1, at, rowSize - 1);
  row[at] = hash;
}

function hashValue(hash: number, value: GoValue): number {
  if (typeof value === 'string') return hashText(mix(hash, 2), value);
  if (typeof value === 'number') return hashText(mix(hash, 3), String(value));
  // What a container holds is hashed elsewhere.
  return mix(hash, value === null ? 4 : value === true ? 5 : value === false ? 6 : 7);
}

function hashText(hash: number, text: string): number {
  let mixed = mix(hash, text.length);
  const head = text.length <= sampledText ? text.length : sampledText / 2;
  for (let at = 0; at < head; at++) mixed = mix(mixed, text.charCodeAt(at));
  if (head < text.length)
    for (let at = text.length - head; at < text.length; at++) mixed = mix(mixed, text.charCodeAt(at));
  return mixed;
}

/** A step of MurmurHash3, for 32 bits. */
function mix(hash: number, value: number): number {
  let mixed = Math.imul(value, 0xcc9e2d51);
  mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593) ^ hash;
  mixed = (mixed << 13) | (mixed >>> 19);
  return (Math.imul(mixed, 5) + 0xe6546b64) >>> 0;
}
