import type { GoObject, GoValue } from './go-decoder.ts';
import { createGoObject } from './go-decoder.ts';
import type { MatchRules, PlaceRule } from './match-rules.ts';
import { isIgnored, isOfSets, setsOf } from './match-rules.ts';
import type { PathState } from './path-automaton.ts';
import { escapeKey } from './path-pattern.ts';
import type { SecretText } from './secret-text.ts';
import { isWhole, parseSecretText } from './secret-text.ts';

/** A place of a recorded request with a secret in it. */
export interface SecretPlace {
  /** The keys that lead to it from the request. */
  keys: readonly string[];
  /** A JSON pointer into the message. */
  pointer: string;
  text: SecretText;
}

interface Node {
  value: GoValue;
  key: string;
  outer: Node | undefined;
  /** Undefined where no rule leads. */
  state: PathState<PlaceRule> | undefined;
}

/**
 * The places of a recorded request where placeholders are compared: none that is ignored, or loosened to a set which
 * placeholders are of. Those that are nothing but a placeholder come first: they tell its value for sure.
 */
export function findSecretPlaces(request: GoObject | null, rules: MatchRules): SecretPlace[] {
  const found: SecretPlace[] = [];
  const stack: Node[] = [{ value: request, key: 'request', outer: undefined, state: rules.request }];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const { value, state } = node;
    if (state !== undefined && isIgnored(state)) continue;
    const text = parseSecretText(value);
    if (text !== undefined) {
      if (state === undefined || !isOfSets(setsOf(state), value)) found.push(placeOf(node, text));
    } else if (value !== null && typeof value === 'object')
      for (const key of Object.keys(value))
        stack.push({
          value: childOf(value, key) ?? null,
          key,
          outer: node,
          state: state === undefined || state.isDead ? undefined : state.next(key),
        });
  }
  return found.toSorted(
    (a, b) => Number(isWhole(b.text)) - Number(isWhole(a.text)) || (a.pointer < b.pointer ? -1 : 1),
  );
}

function placeOf(node: Node, text: SecretText): SecretPlace {
  const keys: string[] = [];
  for (let at = node; at.outer !== undefined; at = at.outer) keys.push(at.key);
  keys.reverse();
  return { keys, pointer: pointerOf(keys), text };
}

/** The JSON pointer into the message of a place in its request. */
function pointerOf(keys: readonly string[]): string {
  return ['/request', ...keys.map(escapeKey)].join('/');
}

/** What stands at a place; undefined where nothing does. */
export function valueAt(request: GoObject | null, keys: readonly string[]): GoValue | undefined {
  let at: GoValue | undefined = request;
  for (const key of keys) at = childOf(at, key);
  return at;
}

/** A copy with other texts at some places, as far as it is one; undefined where one of them holds no text. */
export function replaceTexts(
  request: GoObject | null,
  texts: readonly { keys: readonly string[]; text: string }[],
): GoObject | undefined {
  if (request === null || texts.some(({ keys }) => typeof valueAt(request, keys) !== 'string')) return undefined;
  const copy = shallowCopy(request);
  const own = new Set<GoValue>([copy]);
  for (const { keys, text } of texts) {
    let at: GoObject | GoValue[] = copy;
    for (const [index, key] of keys.entries()) {
      const child: GoValue = childOf(at, key) ?? null;
      if (index === keys.length - 1 || child === null || typeof child !== 'object') {
        put(at, key, text);
        break;
      }
      const inner: GoObject | GoValue[] = own.has(child) ? child : shallowCopy(child);
      own.add(inner);
      put(at, key, inner);
      at = inner;
    }
  }
  return copy;
}

function shallowCopy<T extends GoObject | GoValue[]>(container: T): T {
  // A copy is of the kind that it is made of.
  return (Array.isArray(container) ? [...container] : Object.assign(createGoObject(), container)) as T;
}

function childOf(container: GoValue | undefined, key: string): GoValue | undefined {
  if (Array.isArray(container)) return container[Number(key)];
  return typeof container === 'object' && container !== null ? container[key] : undefined;
}

function put(container: GoObject | GoValue[], key: string, value: GoValue): void {
  if (Array.isArray(container)) container[Number(key)] = value;
  else container[key] = value;
}
