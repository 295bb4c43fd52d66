/** A recorded invocation, as the choice among equal ones sees it. */
export interface Candidate {
  /** The connection it was recorded on; 0 is stdio. */
  readonly connection: number;
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
  /** Most requests are unlike all others: a queue is made only for those that are not. */
  readonly #candidates = new Map<string, T | Queue<T>>();
  readonly #used = new Set<T>();

  add(key: string, candidate: T): void {
    const known = this.#candidates.get(key);
    if (known === undefined) this.#candidates.set(key, candidate);
    else if (known instanceof Queue) known.add(candidate);
    else this.#candidates.set(key, new Queue(this.#used, known, candidate));
  }

  /** Looks, and takes nothing. */
  find(key: string, connection: number): Found<T> | undefined {
    const known = this.#candidates.get(key);
    if (known instanceof Queue) return known.find(connection);
    return known === undefined ? undefined : { candidate: known, isRepeat: this.#used.has(known) };
  }

  /** Notes that a candidate has been given. */
  take(candidate: T): void {
    this.#used.add(candidate);
  }
}

/** Candidates with equal requests, in recorded order, and how many at the front are used up. */
interface Line<T> {
  all: T[];
  used: number;
}

class Queue<T extends Candidate> {
  readonly #used: ReadonlySet<T>;
  readonly #all: Line<T> = { all: [], used: 0 };
  readonly #byConnection = new Map<number, Line<T>>();

  constructor(used: ReadonlySet<T>, ...first: T[]) {
    this.#used = used;
    for (const candidate of first) this.add(candidate);
  }

  add(candidate: T): void {
    this.#all.all.push(candidate);
    const line = this.#byConnection.get(candidate.connection) ?? { all: [], used: 0 };
    this.#byConnection.set(candidate.connection, line);
    line.all.push(candidate);
  }

  find(connection: number): Found<T> | undefined {
    const own = this.#byConnection.get(connection);
    const next = (own === undefined ? undefined : this.#next(own)) ?? this.#next(this.#all);
    if (next !== undefined) return { candidate: next, isRepeat: false };
    const last = own?.all.at(-1) ?? this.#all.all.at(-1);
    return last === undefined ? undefined : { candidate: last, isRepeat: true };
  }

  #next(line: Line<T>): T | undefined {
    let next = line.all[line.used];
    while (next !== undefined && this.#used.has(next)) next = line.all[++line.used];
    return next;
  }
}
