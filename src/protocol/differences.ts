import { keepStart } from '../foundation/characters.ts';
import type { GoObject, GoValue } from './go-decoder.ts';
import { isIdentity } from './identity.ts';
import type { SecretVerdict } from './judge-secrets.ts';
import { fits } from './judge-secrets.ts';
import type { MatchRules, PlaceRule } from './match-rules.ts';
import { isIgnored, isOfSets, setsOf } from './match-rules.ts';
import type { PathState } from './path-automaton.ts';
import { escapeKey } from './path-pattern.ts';
import type { SecretText } from './secret-text.ts';
import { parseSecretText } from './secret-text.ts';

/** What a request is matched by. */
export interface Asked {
  type: string;
  action: string;
  request: GoObject | null;
}

/** What a request is compared with. */
export interface Recorded extends Asked {
  /** What became of its secrets, by the pointers of their places. */
  verdicts?: ReadonlyMap<string, SecretVerdict>;
}

/** A place at which a request is not as it was recorded. */
export interface Difference {
  /** A JSON pointer into the message. */
  path: string;
  /** Undefined where there was nothing. */
  recorded: GoValue | undefined;
  received: GoValue | undefined;
  /** The sets of which a value had to be at this place, for people: `a uuid`. */
  expected: readonly string[];
  /** Where a secret was recorded. */
  secret?: { text: SecretText; verdict: SecretVerdict };
}

export interface Differences {
  /** The first ones. */
  list: Difference[];
  /** How many there are in all. */
  count: number;
}

/** So many differences are told; more of them tell nothing. */
const mostTold = 100;
const longestKey = 500;

/** Where a key stands, told only for what differs: paths would cost more than the comparison. */
interface Place {
  outer: Place | undefined;
  key: string;
}

/** What stands at one place of both requests. */
interface Pair {
  recorded: GoValue | undefined;
  received: GoValue | undefined;
  place: Place;
  /** Undefined where no rule leads. */
  state: PathState<PlaceRule> | undefined;
}

/** A place that was recorded with a secret in it. */
type Secret = NonNullable<Difference['secret']>;

/** Two objects, or two lists, that are being compared. */
interface Frame {
  pair: Pair;
  /** The keys of both objects, null for lists. */
  keys: readonly string[] | null;
  length: number;
  next: number;
}

/**
 * Compares a request with a recorded one, as a match does: none differ exactly when the two match. By a stack of its
 * own, as requests may be 10,000 deep.
 */
export function findDifferences(recorded: Recorded, received: Asked, rules: MatchRules): Differences {
  const found: Differences = { list: [], count: 0 };
  const stack: Frame[] = [];
  const compare = (pair: Pair): void => {
    if (pair.recorded === pair.received || isLoosened(pair)) return;
    const secret = secretOf(pair, recorded);
    if (secret !== undefined && fits(secret.verdict)) return;
    const frame = openFrame(pair);
    if (frame === undefined) add(found, pair, secret);
    else stack.push(frame);
  };
  for (const key of ['type', 'action'] as const)
    compare({ recorded: recorded[key], received: received[key], place: { outer: undefined, key }, state: undefined });
  compare({
    recorded: recorded.request,
    received: received.request,
    place: { outer: undefined, key: 'request' },
    state: rules.request,
  });
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    if (frame.next === frame.length) stack.pop();
    else compare(nextPair(frame));
  }
  return found;
}

function isLoosened({ recorded, received, state }: Pair): boolean {
  if (state === undefined || state.accepted.length === 0) return false;
  if (isIgnored(state)) return true;
  const sets = setsOf(state);
  return recorded !== undefined && received !== undefined && isOfSets(sets, recorded) && isOfSets(sets, received);
}

function secretOf({ recorded, place }: Pair, { verdicts }: Recorded): Secret | undefined {
  const text = parseSecretText(recorded);
  return text === undefined ? undefined : { text, verdict: verdicts?.get(pathOf(place, Infinity)) ?? 'text' };
}

function openFrame(pair: Pair): Frame | undefined {
  const { recorded, received } = pair;
  if (Array.isArray(recorded) && Array.isArray(received))
    return { pair, keys: null, length: Math.max(recorded.length, received.length), next: 0 };
  if (!isObject(recorded) || !isObject(received)) return undefined;
  const keys = [...Object.keys(recorded), ...Object.keys(received).filter((key) => !(key in recorded))];
  return { pair, keys, length: keys.length, next: 0 };
}

function nextPair(frame: Frame): Pair {
  const { pair, keys, next } = frame;
  frame.next++;
  const key = keys?.[next] ?? String(next);
  const state = pair.state === undefined || pair.state.isDead ? undefined : pair.state.next(key);
  return {
    recorded: childAt(pair.recorded, key),
    received: childAt(pair.received, key),
    place: { outer: pair.place, key },
    state,
  };
}

function childAt(container: GoValue | undefined, key: string): GoValue | undefined {
  if (Array.isArray(container)) return container[Number(key)];
  return isObject(container) ? container[key] : undefined;
}

function add(found: Differences, { recorded, received, place, state }: Pair, secret: Secret | undefined): void {
  found.count++;
  // What is asked for is told in any case.
  const isTold = found.list.length < mostTold || (place.outer?.outer === undefined && isIdentity(pathOf(place)));
  if (!isTold) return;
  const expected = state === undefined ? [] : setsOf(state).map(({ words }) => words);
  found.list.push({ path: pathOf(place), recorded, received, expected, ...(secret === undefined ? {} : { secret }) });
}

function pathOf(place: Place, longest = longestKey): string {
  const keys: string[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.outer)
    keys.push(`/${escapeKey(shortenKey(at.key, longest))}`);
  return keys.toReversed().join('');
}

/** Of a key that no person would read, the beginning. */
function shortenKey(key: string, longest: number): string {
  return key.length <= longest ? key : `${keepStart(key, longest)}...`;
}

function isObject(value: GoValue | undefined): value is GoObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
