/** A recorded invocation, as the choice among equal ones sees it. */
export interface Candidate {
  /** The connection it was recorded on; 0 is stdio. */
  readonly connection: number;
}

/** Candidates with equal requests, in recorded order, and how many at the front are used up. */
interface Line<T> {
  all: T[];
  used: number;
}
interface Group<T> extends Line<T> {
  byConnection: Map<number, Line<T>>;
}

/** What a match found: the next unused of equal ones, or the last, once more, where all are used. */
export interface Found<T> {
  candidate: T;
  isRepeat: boolean;
}

/**
 * Finds the recorded invocation for a request by its match key. Equal ones are given in recorded order, those of the
 * same connection first; when they run out, the last one is given again.
 */
export class Matcher<T extends Candidate> {
  readonly #groups = new Map<string, Group<T>>();
  readonly #used = new Set<T>();

  add(key: string, candidate: T): void {
    const group = this.#groups.get(key) ?? { all: [], used: 0, byConnection: new Map<number, Line<T>>() };
    this.#groups.set(key, group);
    group.all.push(candidate);
    const line = group.byConnection.get(candidate.connection) ?? { all: [], used: 0 };
    group.byConnection.set(candidate.connection, line);
    line.all.push(candidate);
  }

  /** Looks, and takes nothing. */
  find(key: string, connection: number): Found<T> | undefined {
    const group = this.#groups.get(key);
    if (group === undefined) return undefined;
    const own = group.byConnection.get(connection);
    const next = (own === undefined ? undefined : this.#next(own)) ?? this.#next(group);
    if (next !== undefined) return { candidate: next, isRepeat: false };
    const last = own?.all.at(-1) ?? group.all.at(-1);
    return last === undefined ? undefined : { candidate: last, isRepeat: true };
  }

  /** Notes that a candidate has been given. */
  take(candidate: T): void {
    this.#used.add(candidate);
  }

  #next(line: Line<T>): T | undefined {
    let next = line.all[line.used];
    while (next !== undefined && this.#used.has(next)) next = line.all[++line.used];
    return next;
  }
}
