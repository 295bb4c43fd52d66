import type { Asked, Difference, Differences, Recorded } from './differences.ts';
import { findDifferences } from './differences.ts';
import type { GoValue } from './go-decoder.ts';
import { isIdentity } from './identity.ts';
import type { MatchRules } from './match-rules.ts';

/** What a candidate was asked, and how it differs from what is asked now. */
export interface Compared<T> {
  item: T;
  differences: Differences;
}

/** A difference in type or action weighs as much as so many others. */
const kindWeight = 1000;
/** A difference in the tool, the model or the like. */
const nameWeight = 50;
/** No more than so much weighs what stands at one place. */
const mostWeight = 10;

/** Puts those first that a person would call nearest: the same thing asked, with the fewest and smallest differences. */
export function rankNear<T>(
  received: Asked,
  candidates: readonly { item: T; recorded: Recorded }[],
  rules: MatchRules,
): Compared<T>[] {
  return candidates
    .map(({ item, recorded }) => ({ item, differences: withIdentityFirst(findDifferences(recorded, received, rules)) }))
    .toSorted((a, b) => distanceOf(a.differences) - distanceOf(b.differences));
}

/** What is asked for comes before with what. */
function withIdentityFirst({ list, count }: Differences): Differences {
  const [first, rest] = [true, false].map((wanted) => list.filter(({ path }) => isIdentity(path) === wanted));
  return { list: [...(first ?? []), ...(rest ?? [])], count };
}

function distanceOf({ list, count }: Differences): number {
  return list.reduce((sum, difference) => sum + weigh(difference), count - list.length);
}

function weigh({ path, recorded, received }: Difference): number {
  if (path === '/type' || path === '/action') return kindWeight;
  if (isIdentity(path) || path === '/request') return nameWeight;
  // Of two values, the one that looks more like the other is nearer.
  if (typeof recorded === 'string' && typeof received === 'string') return 1 - likeness(recorded, received) / 2;
  if (typeof recorded === 'number' && typeof received === 'number') return 0.8;
  return Math.max(sizeOf(recorded), sizeOf(received));
}

/** An object or a list that only one side has weighs as much as what is in it. */
function sizeOf(value: GoValue | undefined): number {
  const isContainer = typeof value === 'object' && value !== null;
  return isContainer ? Math.min(Math.max(Object.keys(value).length, 1), mostWeight) : 1;
}

/** The share of two texts that is the same at their beginnings and ends. */
function likeness(left: string, right: string): number {
  const [shorter, longer] = [Math.min(left.length, right.length), Math.max(left.length, right.length)];
  let head = 0;
  while (head < shorter && left.charCodeAt(head) === right.charCodeAt(head)) head++;
  let tail = 0;
  while (tail < shorter - head && left.charCodeAt(left.length - 1 - tail) === right.charCodeAt(right.length - 1 - tail))
    tail++;
  return longer === 0 ? 1 : (head + tail) / longer;
}
