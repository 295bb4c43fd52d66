import type { PathSegment } from './path-pattern.ts';

/** What holds at a place of a document, and below it. */
export interface PathState<T> {
  /** Of the patterns that end here. */
  readonly accepted: readonly T[];
  /** No pattern leads further. */
  readonly isDead: boolean;
  /** The state one key or index further down. */
  next(key: string): PathState<T>;
}

/** So many states are kept; hostile patterns could have more than there are bytes. */
const mostStates = 2000;

interface Position<T> {
  segment: PathSegment | undefined;
  /** The one behind the segment. */
  following: Position<T> | undefined;
  accepted: T | undefined;
  /** To tell sets of positions apart. */
  number: number;
}

/**
 * Follows many patterns down a document at once: an automaton whose states are made as they are met. A step costs one
 * look-up, however many patterns there are and however they repeat `**`; nothing is ever tried twice.
 */
export class PathAutomaton<T> {
  readonly start: PathState<T>;
  readonly #states = new Map<string, State<T>>();
  /** Counts how often all states were let go: what a state knows of others is of no use then. */
  #age = 0;

  constructor(patterns: readonly { segments: readonly PathSegment[]; value: T }[]) {
    let count = 0;
    const first = patterns.map(({ segments, value }) =>
      segments.reduceRight<Position<T>>(
        (following, segment) => ({ segment, following, accepted: undefined, number: count++ }),
        { segment: undefined, following: undefined, accepted: value, number: count++ },
      ),
    );
    this.start = this.#state(first);
  }

  /** The state of a set of positions, the same one for the same set. */
  #state(positions: readonly Position<T>[]): State<T> {
    const all = withSkipped(positions);
    const key = [...all].map(({ number }) => number).join();
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    if (this.#states.size >= mostStates) {
      this.#states.clear();
      this.#age++;
    }
    const state = new State([...all], { stateOf: (next) => this.#state(next), age: () => this.#age });
    this.#states.set(key, state);
    return state;
  }
}

/** What a state is given by its automaton. */
interface Graph<T> {
  stateOf: (positions: readonly Position<T>[]) => State<T>;
  age: () => number;
}

class State<T> implements PathState<T> {
  readonly accepted: readonly T[];
  readonly isDead: boolean;
  readonly #positions: readonly Position<T>[];
  readonly #graph: Graph<T>;
  #age: number;
  /** Where the keys that some pattern names lead; all others lead to the same state. */
  readonly #named = new Map<string, State<T> | undefined>();
  #other: State<T> | undefined;

  constructor(positions: readonly Position<T>[], graph: Graph<T>) {
    this.#positions = positions;
    this.#graph = graph;
    this.#age = graph.age();
    this.accepted = positions.flatMap(({ accepted }) => (accepted === undefined ? [] : [accepted]));
    this.isDead = positions.every(({ segment }) => segment === undefined);
    for (const { segment } of positions) if (segment?.kind === 'key') this.#named.set(segment.key, undefined);
  }

  next(key: string): State<T> {
    if (this.#age !== this.#graph.age()) this.#forget();
    if (!this.#named.has(key)) return (this.#other ??= this.#step(undefined));
    const known = this.#named.get(key) ?? this.#step(key);
    this.#named.set(key, known);
    return known;
  }

  #forget(): void {
    this.#age = this.#graph.age();
    this.#other = undefined;
    for (const key of this.#named.keys()) this.#named.set(key, undefined);
  }

  #step(key: string | undefined): State<T> {
    return this.#graph.stateOf(
      this.#positions.flatMap((position) => {
        const { segment, following } = position;
        if (segment === undefined || following === undefined) return [];
        if (segment.kind === 'deep') return [position];
        return segment.kind === 'any' || segment.key === key ? [following] : [];
      }),
    );
  }
}

/** `**` may stand for nothing: what is behind it can begin here, too. In the order of the patterns. */
function withSkipped<T>(positions: readonly Position<T>[]): Set<Position<T>> {
  const all = new Set<Position<T>>();
  for (const first of positions) {
    for (let at: Position<T> | undefined = first; at !== undefined && !all.has(at);) {
      all.add(at);
      at = at.segment?.kind === 'deep' ? at.following : undefined;
    }
  }
  return all;
}
