import type { ExhaustedPolicy } from '../foundation/choices.ts';

/** A recorded invocation, as the choice among equal ones sees it. */
export interface Candidate {
  /** The connection it was recorded on; 0 is stdio. */
  readonly connection: number;
  /** How often it has been given. */
  uses: number;
}

/** What a match found: the next unused of equal ones or, where all are used, what the policy says; or nothing then. */
export type Found<T> =
  | { kind: 'fresh'; candidate: T }
  | { kind: 'used'; candidate: T }
  | { kind: 'exhausted'; candidate: T; count: number };

/**
 * Finds the recorded invocation for a request by its match key. Equal ones are given in recorded order, those of the
 * same connection first; when they run out, the policy decides.
 */
export class Matcher<T extends Candidate> {
  /** Most requests are unlike all others: a queue is made only for those that are not. */
  readonly #candidates = new Map<string, T | Queue<T>>();
  readonly #policy: ExhaustedPolicy;

  constructor(policy: ExhaustedPolicy = 'repeat') {
    this.#policy = policy;
  }

  /** @returns whether it is the first with its key */
  add(key: string, candidate: T): boolean {
    const known = this.#candidates.get(key);
    if (known === undefined) this.#candidates.set(key, candidate);
    else if (known instanceof Queue) known.add(candidate);
    else this.#candidates.set(key, new Queue(known, candidate));
    return known === undefined;
  }

  /** Looks, and takes nothing. */
  find(key: string, connection: number): Found<T> | undefined {
    const known = this.#candidates.get(key);
    if (known === undefined) return undefined;
    if (known instanceof Queue) return known.find(connection, this.#policy);
    if (known.uses === 0) return { kind: 'fresh', candidate: known };
    return this.#policy === 'error'
      ? { kind: 'exhausted', candidate: known, count: 1 }
      : { kind: 'used', candidate: known };
  }

  /** All candidates with this key, in recorded order. */
  equals(key: string): readonly T[] {
    const known = this.#candidates.get(key);
    if (known === undefined) return [];
    return known instanceof Queue ? known.all : [known];
  }

  /** All candidates: those with equal requests together, in recorded order. */
  *groups(): Iterable<readonly T[]> {
    for (const known of this.#candidates.values()) yield known instanceof Queue ? known.all : [known];
  }
}

/** Candidates with equal requests, in recorded order, and how many have been passed over because they were used. */
interface Line<T> {
  all: T[];
  passed: number;
}

class Queue<T extends Candidate> {
  readonly #line: Line<T> = { all: [], passed: 0 };
  readonly #byConnection = new Map<number, Line<T>>();

  constructor(...first: T[]) {
    for (const candidate of first) this.add(candidate);
  }

  get all(): readonly T[] {
    return this.#line.all;
  }

  add(candidate: T): void {
    this.#line.all.push(candidate);
    const line = this.#byConnection.get(candidate.connection) ?? { all: [], passed: 0 };
    this.#byConnection.set(candidate.connection, line);
    line.all.push(candidate);
  }

  find(connection: number, policy: ExhaustedPolicy): Found<T> | undefined {
    const own = this.#byConnection.get(connection);
    const fresh = (own === undefined ? undefined : nextOf(own, 1)) ?? nextOf(this.#line, 1);
    if (fresh !== undefined) return { kind: 'fresh', candidate: fresh };
    const line = own ?? this.#line;
    const candidate = policy === 'cycle' ? nextOf(line, Infinity) : line.all.at(-1);
    if (candidate === undefined) return undefined;
    return policy === 'error'
      ? { kind: 'exhausted', candidate, count: this.#line.all.length }
      : { kind: 'used', candidate };
  }
}

/** The first that has been given less often than the line has been gone through, within so many rounds. */
function nextOf<T extends Candidate>(line: Line<T>, rounds: number): T | undefined {
  for (;;) {
    const round = Math.floor(line.passed / line.all.length);
    const next = line.all[line.passed % line.all.length];
    if (round >= rounds || next === undefined) return undefined;
    if (next.uses <= round) return next;
    line.passed++;
  }
}
