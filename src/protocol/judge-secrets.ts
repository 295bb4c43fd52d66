import type { Placeholder } from '../foundation/placeholder.ts';
import { splitPlaceholders } from '../foundation/placeholder.ts';
import type { GoObject } from './go-decoder.ts';
import type { SecretPlace } from './secret-places.ts';
import { valueAt } from './secret-places.ts';
import { isReadAs, readingsOf } from './secret-readings.ts';
import { findGaps } from './secret-text.ts';

/** What a received value is to a recorded secret. */
export type SecretVerdict =
  /** It has the same digest. */
  | 'same'
  /** It is what the placeholder has stood for before. */
  | 'bound'
  /** It is the first that the placeholder stands for. */
  | 'any'
  /** None of these fits: another one, where it has to be the same; one that no key can tell of; another one than before;
   * and a text whose pieces are others. */
  | 'other'
  | 'unproven'
  | 'rebound'
  | 'text';

/** A value that a placeholder stands for. */
export interface BoundValue {
  text: string;
  /** It has the placeholder's digest. */
  isProven: boolean;
}

/** What is known of secrets before a request is looked at. */
export interface KnownSecrets {
  /** Only the same secrets fit. */
  isExact: boolean;
  bound: (digest: string) => BoundValue | undefined;
  /** Whether a value has a digest; undefined where the key is not there to tell. */
  isSame: (digest: string, value: string) => boolean | undefined;
}

/** What became of all secrets of a recorded request. */
export interface Judgement {
  fits: boolean;
  /** The worst at each place, by its pointer. */
  verdicts: Map<string, SecretVerdict>;
  /** What placeholders stand for from now on, if the request is answered so. */
  values: Map<string, BoundValue>;
  /** So many placeholders would be bound now, and so many were bound before: the fewer, the better it fits. */
  unbound: number;
  bound: number;
}

/** From the best to the worst. */
const order: readonly SecretVerdict[] = ['same', 'bound', 'any', 'rebound', 'other', 'unproven', 'text'];

/** Whether a request with this verdict is the recorded one. */
export function fits(verdict: SecretVerdict): boolean {
  return order.indexOf(verdict) <= order.indexOf('any');
}

/** Compares what a request has at the places of a recorded one's secrets. */
export function judgeSecrets(places: readonly SecretPlace[], request: GoObject | null, known: KnownSecrets): Judgement {
  const judgement: Judgement = { fits: true, verdicts: new Map(), values: new Map(), unbound: 0, bound: 0 };
  const boundTo = (digest: string): BoundValue | undefined => judgement.values.get(digest) ?? known.bound(digest);
  for (const { keys, pointer, text } of places) {
    const received = valueAt(request, keys);
    const gaps = typeof received === 'string' ? findGaps(text, received, (one) => boundTo(one)?.text) : undefined;
    const verdicts = gaps?.map((gap, index) => {
      const { digest = '' } = text.placeholders[index] ?? {};
      return judgeGap({ digest, gap, before: boundTo(digest) }, known, judgement);
    });
    const worst = Math.max(...(verdicts ?? ['text' as const]).map((verdict) => order.indexOf(verdict)));
    const verdict = order[worst] ?? 'text';
    judgement.verdicts.set(pointer, verdict);
    judgement.fits &&= fits(verdict);
  }
  return judgement;
}

interface Gap {
  digest: string;
  gap: string;
  before: BoundValue | undefined;
}

function judgeGap({ digest, gap, before }: Gap, known: KnownSecrets, judgement: Judgement): SecretVerdict {
  if (isPlaceholder(gap, digest)) return 'same';
  const same = readingsOf(gap).map((reading) => ({ reading, isSame: known.isSame(digest, reading) }));
  const proven = same.find(({ isSame }) => isSame === true);
  if (proven !== undefined) {
    if (before === undefined) judgement.values.set(digest, { text: proven.reading, isProven: true });
    return 'same';
  }
  if (before?.isProven === true && isReadAs(gap, before.text)) return 'same';
  if (known.isExact) return same[0]?.isSame === undefined ? 'unproven' : 'other';
  if (before === undefined) {
    judgement.values.set(digest, { text: gap, isProven: false });
    judgement.unbound++;
    return 'any';
  }
  if (!isReadAs(gap, before.text) && !isReadAs(before.text, gap)) return 'rebound';
  judgement.bound++;
  return 'bound';
}

/** A recorded request that is sent again has the placeholder itself. */
function isPlaceholder(text: string, digest: string): boolean {
  const split = splitPlaceholders(text);
  const isAlone = split !== undefined && split.pieces.every((piece) => piece === '');
  return isAlone && split.placeholders.every((placeholder: Placeholder) => placeholder.digest === digest);
}
