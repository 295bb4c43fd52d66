import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ExhaustedPolicy } from '../../src/foundation/choices.ts';
import { Matcher } from '../../src/protocol/matcher.ts';

interface One {
  connection: number;
  name: string;
  uses: number;
}

/** Takes what a key finds, on these connections one after the other. */
function takeAll(
  candidates: readonly One[],
  connections: readonly number[],
  policy: ExhaustedPolicy = 'repeat',
): string[] {
  const matcher = new Matcher<One>(policy);
  for (const candidate of candidates) matcher.add('key', { ...candidate });
  return connections.map((connection) => {
    const found = matcher.find('key', connection);
    if (found === undefined) return 'nothing';
    if (found.kind === 'exhausted') return `none of ${found.count}`;
    found.candidate.uses++;
    return `${found.candidate.name}${found.kind === 'used' ? ' again' : ''}`;
  });
}

const a0 = { connection: 0, name: 'a0', uses: 0 };
const b0 = { connection: 0, name: 'b0', uses: 0 };
const a1 = { connection: 1, name: 'a1', uses: 0 };
const b1 = { connection: 1, name: 'b1', uses: 0 };
const a2 = { connection: 2, name: 'a2', uses: 0 };

test.each([
  ['finds nothing where nothing is', [], [0], ['nothing']],
  [
    'gives equal ones in recorded order, then the last again',
    [a0, b0],
    [0, 0, 0, 0],
    ['a0', 'b0', 'b0 again', 'b0 again'],
  ],
  ['gives those of the same connection first', [a1, a2, b1], [2, 2, 2, 2], ['a2', 'a1', 'b1', 'a2 again']],
  [
    'leaves to a connection its own only as long as nobody else needs them',
    [a1, a2],
    [1, 1, 2],
    ['a1', 'a2', 'a2 again'],
  ],
  [
    'gives a connection that was not recorded what comes next of all',
    [a1, a2, b1],
    [7, 7, 7, 7],
    ['a1', 'a2', 'b1', 'b1 again'],
  ],
  ['repeats the last one of the same connection', [a1, a2, b1], [2, 1, 1, 2], ['a2', 'a1', 'b1', 'a2 again']],
])('%s', (_, candidates, connections, names) => {
  expect(takeAll(candidates, connections)).toEqual(names);
});

test.each([
  ['cycles through equal ones', 'cycle', [a0, b0], [0, 0, 0, 0, 0], ['a0', 'b0', 'a0 again', 'b0 again', 'a0 again']],
  ['cycles through a single one', 'cycle', [a0], [0, 0, 0], ['a0', 'a0 again', 'a0 again']],
  [
    'cycles through those of the same connection, where it has some',
    'cycle',
    [a1, a2, b1],
    [1, 1, 2, 1, 1, 1],
    ['a1', 'b1', 'a2', 'a1 again', 'b1 again', 'a1 again'],
  ],
  ['gives none again', 'error', [a0, b0], [0, 0, 0], ['a0', 'b0', 'none of 2']],
  ['gives a single one once', 'error', [a0], [0, 0, 1], ['a0', 'none of 1', 'none of 1']],
] as const)('%s (%s)', (_, policy, candidates, connections, names) => {
  expect(takeAll(candidates, connections, policy)).toEqual(names);
});

test('keeps keys apart, and takes nothing by looking', () => {
  const matcher = new Matcher<One>();
  const candidate = { ...a0 };
  expect(matcher.add('x', candidate)).toBe(true);
  expect(matcher.add('y', b0)).toBe(true);
  expect(matcher.add('y', a1)).toBe(false);
  expect(matcher.find('x', 0)).toEqual({ kind: 'fresh', candidate });
  expect(matcher.find('x', 0)).toEqual({ kind: 'fresh', candidate });
  candidate.uses++;
  expect(matcher.find('x', 0)).toEqual({ kind: 'used', candidate });
  expect(matcher.find('y', 0)).toEqual({ kind: 'fresh', candidate: b0 });
  expect(matcher.find('z', 0)).toBeUndefined();
  expect([...matcher.groups()]).toEqual([[candidate], [b0, a1]]);
});

test('gives each one exactly once before any is repeated, and those of a connection in their order', () => {
  const connection = fc.nat(3);
  fc.assert(
    fc.property(
      fc.array(connection, { minLength: 1, maxLength: 12 }),
      fc.array(connection, { maxLength: 20 }),
      (recorded, asked) => {
        const candidates = recorded.map((from, index) => ({ connection: from, name: String(index), uses: 0 }));
        const names = takeAll(candidates, asked);
        const first = names.slice(0, candidates.length);
        expect(new Set(first).size).toBe(first.length);
        expect(names.every((name, index) => name.endsWith(' again') === index >= candidates.length)).toBe(true);
        for (const from of new Set(recorded)) {
          const own = first.filter((name) => recorded[Number(name)] === from).map(Number);
          expect(own).toEqual(own.toSorted((a, b) => a - b));
        }
      },
    ),
  );
});
