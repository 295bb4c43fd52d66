import type { ExhaustedPolicy, MatchOrder } from '../foundation/choices.ts';
import type { Asked } from '../protocol/differences.ts';
import { matchKey } from '../protocol/match-key.ts';
import { MatchRules } from '../protocol/match-rules.ts';
import type { Found } from '../protocol/matcher.ts';
import { Matcher } from '../protocol/matcher.ts';
import type { Compared } from '../protocol/rank-near.ts';
import { rankNear } from '../protocol/rank-near.ts';
import { Sketches } from '../protocol/sketches.ts';
import { KeyStore } from './key-store.ts';
import { RecordedOrder } from './recorded-order.ts';
import type { Invocation } from './script-source.ts';

/** How requests are matched. */
export interface MatchOptions {
  rules: MatchRules;
  order: MatchOrder;
  onExhausted: ExhaustedPolicy;
}

/** Why a request found nothing. */
export type Miss =
  | { kind: 'unknown' }
  /** All that are equal to it have been given; `invocation` is the last of them. */
  | { kind: 'exhausted'; invocation: Invocation; times: number }
  /** `invocation` is equal to it, and not its turn; `next` is. */
  | { kind: 'order'; invocation: Invocation; next: Invocation | undefined };

/** What a request found: an invocation to play, nothing, or nothing yet while the recordings are still being read. */
export type Match = { kind: 'found'; invocation: Invocation } | { kind: 'missed'; miss: Miss } | { kind: 'later' };

/** So many that look alike are compared in full, and of those beyond the first few no more than so many bytes. */
const mostCompared = 8;
const leastCompared = 3;
const comparedBytes = 1 << 20;
/** Of large ones only the most likely is compared. */
const largeBytes = 4 << 20;

/** Nothing is ignored, any order will do, and what runs out is repeated. */
export const usualMatching: MatchOptions = { rules: new MatchRules([]), order: 'any', onExhausted: 'repeat' };

/** What was found in whatever order, for one that has to be in order. */
interface InOrder {
  key: string;
  found: Found<Invocation>;
  connection: number;
}

/** The invocations of all recordings, to be found by their requests. */
export class InvocationIndex {
  readonly #rules: MatchRules;
  readonly #matcher: Matcher<Invocation>;
  readonly #order: RecordedOrder | undefined;
  readonly #keys = new KeyStore();
  readonly #sketches = new Sketches<Invocation>();
  /** Requests that are still to be sketched: no answer waits for that. */
  #unsketched: { invocation: Invocation; asked: Asked }[] = [];
  readonly #kinds = new Map<string, number>();

  constructor({ rules, order, onExhausted }: MatchOptions) {
    this.#rules = rules;
    this.#matcher = new Matcher(onExhausted);
    this.#order = order === 'recorded' ? new RecordedOrder(onExhausted) : undefined;
  }

  /** An invocation with this request comes next in its recording. */
  add(asked: Asked, invocation: Invocation): void {
    const { type, action } = asked;
    const request = this.#rules.reduce(asked.request);
    const isFirst = this.#matcher.add(this.#keys.add(matchKey(type, action, request)), invocation);
    if (isFirst) this.#unsketched.push({ invocation, asked: sketched(asked, request) });
    this.#order?.add(invocation);
    const kind = `${type} ${action}`;
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
  }

  /**
   * Chooses the recorded invocation for a request, and uses it up.
   * @param isComplete no more invocations will come
   */
  match(asked: Asked, connection: number, isComplete: boolean): Match {
    const request = this.#rules.reduce(asked.request);
    const key = this.#keys.find(matchKey(asked.type, asked.action, request));
    const found = this.#matcher.find(key, connection);
    // In the recorded order, none is answered while an earlier one may still have to wait.
    if (!isComplete && (this.#order !== undefined || !isFinal(found, connection))) return { kind: 'later' };
    if (found === undefined) return { kind: 'missed', miss: { kind: 'unknown' } };
    if (this.#order !== undefined) return this.#matchInOrder(this.#order, { key, found, connection });
    const { candidate: invocation } = found;
    if (found.kind === 'exhausted')
      return { kind: 'missed', miss: { kind: 'exhausted', invocation, times: found.count } };
    invocation.uses++;
    return { kind: 'found', invocation };
  }

  /** Of equal ones, the one whose turn it is; those of the same connection first. */
  #matchInOrder(order: RecordedOrder, { key, found, connection }: InOrder): Match {
    const due = this.#matcher.equals(key).filter((one) => order.isDue(one));
    const fresh = due.filter(({ uses }) => uses === 0);
    const best = fresh.length > 0 ? fresh : due;
    const invocation = best.find((one) => one.connection === connection) ?? best[0];
    if (invocation !== undefined) {
      order.take(invocation);
      invocation.uses++;
      return { kind: 'found', invocation };
    }
    const { candidate } = found;
    if (found.kind === 'exhausted')
      return { kind: 'missed', miss: { kind: 'exhausted', invocation: candidate, times: found.count } };
    return { kind: 'missed', miss: { kind: 'order', invocation: candidate, next: order.next(candidate) } };
  }

  /** The recorded invocations that are most like a request, of the same type and action; the nearest first. */
  near(asked: Asked): Compared<Invocation>[] {
    this.sketch();
    const candidates: { item: Invocation; recorded: Asked }[] = [];
    let bytes = 0;
    for (const item of this.#sketches.nearest(sketched(asked, this.#rules.reduce(asked.request)), mostCompared)) {
      bytes += item.source.table.get(item.request).length;
      const least = bytes > largeBytes ? 1 : leastCompared;
      if (candidates.length >= least && bytes > comparedBytes) break;
      const recorded = item.source.readAsked(item);
      if (recorded !== undefined) candidates.push({ item, recorded });
    }
    return rankNear(
      asked,
      candidates.filter(({ recorded }) => recorded.type === asked.type && recorded.action === asked.action),
      this.#rules,
    );
  }

  /** What was recorded, by type and action, and how often; only complete once all has been read. */
  get kinds(): ReadonlyMap<string, number> {
    return this.#kinds;
  }

  /** All invocations, those with equal requests together. */
  groups(): Iterable<readonly Invocation[]> {
    return this.#matcher.groups();
  }

  /** Sketches what has been added: it takes its time, and only misses need it. */
  sketch(): void {
    for (const { invocation, asked } of this.#unsketched) this.#sketches.add(invocation, asked);
    this.#unsketched = [];
  }
}

/** What is left of a request to be compared; where that is no object, nothing. */
function sketched({ type, action }: Asked, request: ReturnType<MatchRules['reduce']>): Asked {
  return { type, action, request: typeof request === 'string' ? null : request };
}

/** What more there is to read can not bring a better one. */
function isFinal(found: Found<Invocation> | undefined, connection: number): boolean {
  return found?.kind === 'fresh' && found.candidate.connection === connection && found.candidate.hasEnded;
}
