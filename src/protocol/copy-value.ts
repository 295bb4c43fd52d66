import type { GoObject, GoValue } from './go-decoder.ts';
import { createGoObject } from './go-decoder.ts';

/** What a copy has of a value: another one in its stead, with what is known of the place; undefined leaves it out. */
export type Visit<S> = (value: GoValue, key: string, outer: S) => { value: GoValue; state: S } | undefined;

interface Frame<S> {
  from: GoObject | GoValue[];
  to: GoObject | GoValue[];
  /** The keys of an object, null for a list. */
  keys: readonly string[] | null;
  length: number;
  next: number;
  state: S;
}

/**
 * Copies a value place by place, outer ones first, as `visit` says; by a stack of its own, as values may be 10,000 deep.
 * @param isWhole tells of what may be taken over as it is, with all that is in it
 */
export function copyValue<S>(
  { value, state }: { value: GoValue; state: S },
  visit: Visit<S>,
  isWhole: (state: S) => boolean,
): GoValue {
  if (value === null || typeof value !== 'object' || isWhole(state)) return value;
  const first = openFrame(value, state);
  const stack = [first];
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    if (frame.next === frame.length) {
      stack.pop();
      continue;
    }
    const key = frame.keys?.[frame.next] ?? String(frame.next);
    frame.next++;
    const copy = visit(childOf(frame.from, key), key, frame.state);
    if (copy === undefined) continue;
    if (copy.value === null || typeof copy.value !== 'object' || isWhole(copy.state)) put(frame.to, key, copy.value);
    else {
      const inner = openFrame(copy.value, copy.state);
      put(frame.to, key, inner.to);
      stack.push(inner);
    }
  }
  return first.to;
}

function openFrame<S>(from: GoObject | GoValue[], state: S): Frame<S> {
  if (Array.isArray(from)) return { from, to: [], keys: null, length: from.length, next: 0, state };
  const keys = Object.keys(from);
  return { from, to: createGoObject(), keys, length: keys.length, next: 0, state };
}

function childOf(container: GoObject | GoValue[], key: string): GoValue {
  return (Array.isArray(container) ? container[Number(key)] : container[key]) ?? null;
}

function put(container: GoObject | GoValue[], key: string, value: GoValue): void {
  if (Array.isArray(container)) container.push(value);
  else container[key] = value;
}
