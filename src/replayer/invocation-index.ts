import type { ExhaustedPolicy, MatchOrder, SecretPolicy } from '../foundation/choices.ts';
import type { Asked, Recorded } from '../protocol/differences.ts';
import { matchKey } from '../protocol/match-key.ts';
import type { Shield } from '../protocol/mask-secrets.ts';
import { MatchRules } from '../protocol/match-rules.ts';
import { Matcher } from '../protocol/matcher.ts';
import type { Compared } from '../protocol/rank-near.ts';
import { rankNear } from '../protocol/rank-near.ts';
import { requestKey } from '../protocol/request-key.ts';
import { Sketches } from '../protocol/sketches.ts';
import type { Choice } from './choice.ts';
import { bestOf, chooseOf, isBest, isFinal, tellSecrets } from './choice.ts';
import { KeyStore } from './key-store.ts';
import { RecordedOrder } from './recorded-order.ts';
import type { Invocation } from './script-source.ts';
import { SecretIndex } from './secret-index.ts';
import { shieldCompared } from './secret-shield.ts';

/** How requests are matched. */
export interface MatchOptions {
  rules: MatchRules;
  order: MatchOrder;
  onExhausted: ExhaustedPolicy;
  secrets: SecretPolicy;
}

/** Why a request found nothing. */
export type Miss =
  | { kind: 'unknown' }
  /** All that are equal to it have been given; `invocation` is the last of them. */
  | { kind: 'exhausted'; invocation: Invocation; times: number }
  /** `invocation` is equal to it, and not its turn; `next` is. */
  | { kind: 'order'; invocation: Invocation; next: Invocation | undefined };

/** An invocation to play, and what became of the places where secrets were recorded. */
export interface Matched {
  kind: 'found';
  invocation: Invocation;
  secrets?: Readonly<Record<string, 'same' | 'any'>>;
}

/** A request whose match key is made when it is first looked up, and kept with it. */
export interface KeyedRequest extends Asked {
  key?: string | undefined;
}

/** What a request found: an invocation to play, nothing, or nothing yet while the recordings are still being read. */
export type Match = Matched | { kind: 'missed'; miss: Miss } | { kind: 'later' };

/** So many that look alike are compared in full, and of those beyond the first few no more than so many bytes. */
const mostCompared = 8;
const leastCompared = 3;
const comparedBytes = 1 << 20;
/** Of large ones only the most likely is compared. */
const largeBytes = 4 << 20;

/** Nothing is ignored, any order will do, and what runs out is repeated. */
export const usualMatching: MatchOptions = {
  rules: new MatchRules([]),
  order: 'any',
  onExhausted: 'repeat',
  secrets: 'any',
};

/** What a request fits, and what it would get in whatever order. */
interface InOrder {
  choices: readonly Choice[];
  choice: Choice;
  connection: number;
}

/** The invocations of all recordings, to be found by their requests. */
export class InvocationIndex {
  readonly #options: MatchOptions;
  readonly #matcher: Matcher<Invocation>;
  readonly #order: RecordedOrder | undefined;
  readonly #keys = new KeyStore();
  readonly #sketches = new Sketches<Invocation>();
  /** Requests that are still to be sketched: no answer waits for that. */
  #unsketched: { invocation: Invocation; asked: Asked }[] = [];
  readonly #kinds = new Map<string, number>();
  /** Made at the first recorded request with a secret: most recordings have none. */
  #secrets: SecretIndex | undefined;
  /** Requests that fit something which may not be the best: they wait for all, and are not looked up again before. */
  readonly #waiting = new WeakSet<Asked>();

  constructor(options: MatchOptions) {
    const { order, onExhausted } = options;
    this.#options = options;
    this.#matcher = new Matcher(onExhausted);
    this.#order = order === 'recorded' ? new RecordedOrder(onExhausted) : undefined;
  }

  /** An invocation with this request comes next in its recording. */
  add(asked: Asked, invocation: Invocation): void {
    const { type, action } = asked;
    const found = requestKey(asked, this.#options.rules);
    const key = this.#keys.add(found.key);
    const isFirst = this.#matcher.add(key, invocation);
    if (isFirst) this.#unsketched.push({ invocation, asked: sketched(asked, found.reduced) });
    if (found.places.length > 0) this.#openSecrets().add(asked, { ...found, key }, invocation.source);
    this.#order?.add(invocation);
    const kind = `${type} ${action}`;
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
  }

  #openSecrets(): SecretIndex {
    const { rules, secrets: policy } = this.#options;
    return (this.#secrets ??= new SecretIndex({ rules, policy, keys: this.#keys }));
  }

  /**
   * Chooses the recorded invocation for a request, and uses it up.
   * @param isComplete no more invocations will come
   */
  match(asked: KeyedRequest, connection: number, isComplete: boolean): Match {
    if (!isComplete && this.#waiting.has(asked)) return { kind: 'later' };
    const choices = this.#choices(asked, connection);
    const choice = chooseOf(choices, connection);
    if (!isComplete && choice?.judgement !== undefined && !isBest(choice)) this.#waiting.add(asked);
    // In the recorded order, none is answered while an earlier one may still have to wait.
    if (!isComplete && (this.#order !== undefined || choice === undefined || !isFinal(choice, connection)))
      return { kind: 'later' };
    if (choice === undefined) return { kind: 'missed', miss: { kind: 'unknown' } };
    if (this.#order !== undefined) return this.#matchInOrder(this.#order, { choices, choice, connection });
    const { found } = choice;
    if (found.kind === 'exhausted')
      return { kind: 'missed', miss: { kind: 'exhausted', invocation: found.candidate, times: found.count } };
    return this.#use(found.candidate, choice);
  }

  /** What a request fits best: equal requests and, where secrets were recorded, those with values in their stead. */
  #choices(asked: KeyedRequest, connection: number): Choice[] {
    const { rules } = this.#options;
    const whole = (asked.key ??= matchKey(asked.type, asked.action, rules.reduce(asked.request)));
    const key = this.#keys.find(whole);
    const equal = this.#lookUp({ key, judgement: undefined }, connection);
    if (this.#secrets === undefined) return equal;
    return bestOf([...equal, ...this.#secrets.find(asked).flatMap((one) => this.#lookUp(one, connection))]);
  }

  #lookUp({ key, judgement }: Omit<Choice, 'found'>, connection: number): Choice[] {
    const found = this.#matcher.find(key, connection);
    return found === undefined ? [] : [{ key, found, judgement }];
  }

  #use(invocation: Invocation, { judgement }: Choice): Match {
    invocation.uses++;
    if (judgement === undefined) return { kind: 'found', invocation };
    this.#secrets?.bind(judgement);
    return { kind: 'found', invocation, secrets: tellSecrets(judgement) };
  }

  /** Of those that fit alike, the one whose turn it is; those of the same connection first. */
  #matchInOrder(order: RecordedOrder, { choices, choice, connection }: InOrder): Match {
    const all = choices.flatMap((one) => this.#matcher.equals(one.key).map((invocation) => ({ invocation, one })));
    const due = all.filter(({ invocation }) => order.isDue(invocation));
    const fresh = due.filter(({ invocation }) => invocation.uses === 0);
    const best = fresh.length > 0 ? fresh : due;
    const chosen = best.find(({ invocation }) => invocation.connection === connection) ?? best[0];
    if (chosen !== undefined) {
      order.take(chosen.invocation);
      return this.#use(chosen.invocation, chosen.one);
    }
    const { found } = choice;
    if (found.kind === 'exhausted')
      return { kind: 'missed', miss: { kind: 'exhausted', invocation: found.candidate, times: found.count } };
    const { candidate } = found;
    return { kind: 'missed', miss: { kind: 'order', invocation: candidate, next: order.next(candidate) } };
  }

  /** The recorded invocations that are most like a request, of the same type and action; the nearest first. */
  near(asked: Asked): Compared<Invocation>[] {
    this.sketch();
    const { rules } = this.#options;
    const candidates: { item: Invocation; recorded: Recorded }[] = [];
    let bytes = 0;
    for (const item of this.#sketches.nearest(sketched(asked, rules.reduce(asked.request)), mostCompared)) {
      bytes += item.source.table.get(item.request).length;
      const least = bytes > largeBytes ? 1 : leastCompared;
      if (candidates.length >= least && bytes > comparedBytes) break;
      const recorded = item.source.readAsked(item);
      if (recorded !== undefined) candidates.push({ item, recorded: this.#judged(recorded, asked, item) });
    }
    const near = rankNear(
      asked,
      candidates.filter(({ recorded }) => recorded.type === asked.type && recorded.action === asked.action),
      rules,
    );
    const shield = this.shield(asked);
    return shield === undefined ? near : near.map((one) => shieldCompared(one, shield));
  }

  #judged(recorded: Asked, asked: Asked, { source }: Invocation): Recorded {
    if (this.#secrets === undefined) return recorded;
    return { ...recorded, verdicts: this.#secrets.judge(recorded, asked, source).verdicts };
  }

  /** What hides the secrets of a request from those who read of it; undefined where none were recorded. */
  shield(asked: Asked): Shield | undefined {
    return this.#secrets?.shield(asked);
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
