import { copyValue } from './copy-value.ts';
import type { GoObject, GoValue } from './go-decoder.ts';
import { createMark } from './match-mark.ts';
import type { PathState } from './path-automaton.ts';
import { PathAutomaton } from './path-automaton.ts';
import type { PathSegment } from './path-pattern.ts';
import type { ValueSet } from './value-set.ts';

/** What holds at a place: it is not compared, or any value of a set will do. */
export type PlaceRule = 'ignored' | ValueSet;

/** A pattern with what holds where it leads. */
export interface PatternRule {
  segments: readonly PathSegment[];
  value: PlaceRule;
}

/** Ignored and loosened places of requests. */
export class MatchRules {
  readonly #start: PathState<PlaceRule> | undefined;

  constructor(patterns: readonly PatternRule[]) {
    // Where a request stands in its message.
    this.#start = patterns.length === 0 ? undefined : new PathAutomaton(patterns).start.next('request');
  }

  /** What holds at the request itself; undefined where there are no rules at all. */
  get request(): PathState<PlaceRule> | undefined {
    return this.#start;
  }

  /**
   * What is left of a request to be compared: ignored places are left out, and a value of the set that its place is
   * loosened to becomes the set's mark. Two requests match exactly when what is left of them is equal.
   */
  reduce(request: GoObject | null): GoObject | string | null {
    if (this.#start === undefined) return request;
    // A request stays an object where no rule is for it as a whole.
    return reduceValue(request, this.#start) as GoObject | string | null;
  }
}

export function isIgnored({ accepted }: PathState<PlaceRule>): boolean {
  return accepted.includes('ignored');
}

/** The sets of a loosened place. */
export function setsOf({ accepted }: PathState<PlaceRule>): ValueSet[] {
  return accepted.filter((rule) => rule !== 'ignored');
}

/** Whether a value is of all sets of a place, and the place has some. */
export function isOfSets(sets: readonly ValueSet[], value: GoValue): boolean {
  return sets.length > 0 && sets.every((set) => set.has(value));
}

/** What is left of a value. */
function reduceValue(value: GoValue, state: PathState<PlaceRule>): GoValue {
  if (isIgnored(state)) return createMark('');
  return copyValue(
    { value: reduceHere(value, state), state },
    (child, key, outer) => {
      const at = outer.next(key);
      return isIgnored(at) ? undefined : { value: reduceHere(child, at), state: at };
    },
    ({ isDead }) => isDead,
  );
}

function reduceHere(value: GoValue, state: PathState<PlaceRule>): GoValue {
  const sets = state.accepted.length === 0 ? [] : setsOf(state);
  return isOfSets(sets, value) ? createMark(sets.map(({ name }) => name).join()) : value;
}
