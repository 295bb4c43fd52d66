import type { GoObject, GoValue } from './go-decoder.ts';

/** How one notation writes the parts of a value. */
export interface GoNotation {
  readonly map: readonly [open: string, close: string];
  readonly list: readonly [open: string, close: string];
  readonly separator: string;
  /** A key with what stands between it and its value. */
  writeKey(key: string): string;
  writeScalar(value: string | number | boolean | null): string;
  /** The keys in the order in which they are written. */
  orderedKeys(object: GoObject): string[];
}

interface Frame {
  container: GoObject | GoValue[];
  /** The keys of a map, null for a list. */
  keys: string[] | null;
  length: number;
  next: number;
}

/** Writes a value in a notation; by a stack of its own, as values may be 10,000 deep. */
export function writeGoValue(value: GoValue, notation: GoNotation): string {
  if (value === null || typeof value !== 'object') return notation.writeScalar(value);
  const outer: Frame[] = [];
  let frame = openFrame(value, notation);
  let text = open(frame, notation);
  for (;;) {
    if (frame.next === frame.length) {
      text += (frame.keys === null ? notation.list : notation.map)[1];
      const parent = outer.pop();
      if (parent === undefined) return text;
      frame = parent;
      continue;
    }
    if (frame.next > 0) text += notation.separator;
    const key = frame.keys?.[frame.next];
    if (key !== undefined) text += notation.writeKey(key);
    const inner = childAt(frame, key);
    frame.next += 1;
    if (inner === null || typeof inner !== 'object') text += notation.writeScalar(inner);
    else {
      outer.push(frame);
      frame = openFrame(inner, notation);
      text += open(frame, notation);
    }
  }
}

/** The keys in the order of their UTF-8 bytes, as Go sorts them. */
export function keysByBytes(object: GoObject): string[] {
  return Object.keys(object).toSorted(compareBytes);
}

/** UTF-16 puts the characters beyond U+FFFF (surrogates) before U+E000 to U+FFFF, UTF-8 after them; otherwise they agree. */
function compareBytes(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length);
  for (let at = 0; at < shorter; at += 1) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a !== b) return Number(isSurrogate(a)) - Number(isSurrogate(b)) || a - b;
  }
  return left.length - right.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

function openFrame(container: GoObject | GoValue[], notation: GoNotation): Frame {
  if (Array.isArray(container)) return { container, keys: null, length: container.length, next: 0 };
  const keys = notation.orderedKeys(container);
  return { container, keys, length: keys.length, next: 0 };
}

function open(frame: Frame, notation: GoNotation): string {
  return (frame.keys === null ? notation.list : notation.map)[0];
}

function childAt(frame: Frame, key: string | undefined): GoValue {
  const { container } = frame;
  const child = Array.isArray(container) ? container[frame.next] : container[key ?? ''];
  return child ?? null;
}
