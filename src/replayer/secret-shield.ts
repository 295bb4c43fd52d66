import type { Asked, Difference } from '../protocol/differences.ts';
import type { Shield } from '../protocol/mask-secrets.ts';
import { isSecretPath, maskSecrets } from '../protocol/mask-secrets.ts';
import { PathAutomaton } from '../protocol/path-automaton.ts';
import type { Compared } from '../protocol/rank-near.ts';
import type { SecretPlace } from '../protocol/secret-places.ts';
import { valueAt } from '../protocol/secret-places.ts';
import { readingsOf } from '../protocol/secret-readings.ts';
import { findGaps } from '../protocol/secret-text.ts';

/** A shorter value comes everywhere. */
const shortest = 8;

/**
 * Hides what stands where secrets were recorded, and wherever else the same values come.
 * @param bound values that placeholders have stood for
 */
export function createShield({ request }: Asked, places: readonly SecretPlace[], bound: readonly string[]): Shield {
  const start = new PathAutomaton<true>(
    places.map(({ keys }) => ({
      segments: ['request', ...keys].map((key) => ({ kind: 'key' as const, key })),
      value: true,
    })),
  ).start;
  const received = places.flatMap(({ keys, text }) => {
    const value = valueAt(request, keys);
    return typeof value === 'string' ? (findGaps(text, value, () => undefined) ?? [value]) : [];
  });
  const values = new Set([...bound, ...received].flatMap(readingsOf).filter(({ length }) => length >= shortest));
  const needles = [...new Set([...values].flatMap(notationsOf))].toSorted((a, b) => b.length - a.length);
  return {
    start,
    hide: (text) =>
      needles.reduce((left, needle) => (left.includes(needle) ? left.replaceAll(needle, '[secret]') : left), text),
  };
}

/** A near one, told without the secrets of the request. */
export function shieldCompared<T>({ item, differences }: Compared<T>, shield: Shield): Compared<T> {
  const list = differences.list.map((difference) => ({
    ...difference,
    ...(difference.secret === undefined ? shielded('recorded', difference, shield) : {}),
    ...shielded('received', difference, shield),
  }));
  return { item, differences: { ...differences, list } };
}

/** Under a secret name a text is told by its length anyway. */
function shielded(side: 'recorded' | 'received', difference: Difference, shield: Shield): Partial<Difference> {
  const { path, [side]: value } = difference;
  const isTold = value === undefined || (typeof value === 'string' && isSecretPath(path));
  return isTold ? {} : { [side]: maskSecrets(value, path, shield) };
}

function notationsOf(value: string): string[] {
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    ...(!/\p{Surrogate}/u.test(value) ? [encodeURIComponent(value)] : []),
  ];
}
