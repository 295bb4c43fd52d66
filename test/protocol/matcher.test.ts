import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Matcher } from '../../src/protocol/matcher.ts';

interface One {
  connection: number;
  name: string;
}

/** Takes what a key finds, on these connections one after the other. */
function takeAll(candidates: readonly One[], connections: readonly number[]): string[] {
  const matcher = new Matcher<One>();
  for (const candidate of candidates) matcher.add('key', candidate);
  return connections.map((connection) => {
    const found = matcher.find('key', connection);
    if (found === undefined) return 'nothing';
    matcher.take(found.candidate);
    return `${found.candidate.name}${found.isRepeat ? ' again' : ''}`;
  });
}

const a0 = { connection: 0, name: 'a0' };
const b0 = { connection: 0, name: 'b0' };
const a1 = { connection: 1, name: 'a1' };
const b1 = { connection: 1, name: 'b1' };
const a2 = { connection: 2, name: 'a2' };

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

test('keeps keys apart, and takes nothing by looking', () => {
  const matcher = new Matcher<One>();
  matcher.add('x', a0);
  matcher.add('y', b0);
  expect(matcher.find('x', 0)).toEqual({ candidate: a0, isRepeat: false });
  expect(matcher.find('x', 0)).toEqual({ candidate: a0, isRepeat: false });
  matcher.take(a0);
  expect(matcher.find('x', 0)).toEqual({ candidate: a0, isRepeat: true });
  expect(matcher.find('y', 0)).toEqual({ candidate: b0, isRepeat: false });
  expect(matcher.find('z', 0)).toBeUndefined();
});

test('gives each one exactly once before any is repeated, and those of a connection in their order', () => {
  const connection = fc.nat(3);
  fc.assert(
    fc.property(
      fc.array(connection, { minLength: 1, maxLength: 12 }),
      fc.array(connection, { maxLength: 20 }),
      (recorded, asked) => {
        const candidates = recorded.map((from, index) => ({ connection: from, name: String(index) }));
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
