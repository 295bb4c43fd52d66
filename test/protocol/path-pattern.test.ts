import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { PathAutomaton, type PathState } from '../../src/protocol/path-automaton.ts';
import { escapeKey, parsePathPattern, patternOf, type PathSegment } from '../../src/protocol/path-pattern.ts';

const any: PathSegment = { kind: 'any' };
const deep: PathSegment = { kind: 'deep' };

function keys(...names: string[]): PathSegment[] {
  return names.map((key) => ({ kind: 'key', key }));
}

test.each([
  ['/request', keys('request')],
  ['/request/', keys('request', '')],
  ['/request//a/', keys('request', '', 'a', '')],
  ['/request/a~1b', keys('request', 'a/b')],
  ['/request/m~0n', keys('request', 'm~n')],
  ['/request/~01', keys('request', '~1')],
  ['/request/~10', keys('request', '/0')],
  ['/request/~0~1~1~0', keys('request', '~//~')],
  ['/request/~2/~2~2/a~2', keys('request', '*', '**', 'a*')],
  ['/request/~02/~01', keys('request', '~2', '~1')],
  ['/request/0/-', keys('request', '0', '-')],
  ['/request/c%d/e^f/i\\j/k"l/ ', keys('request', 'c%d', 'e^f', 'i\\j', 'k"l', ' ')],
  ['/request/__proto__/constructor', keys('request', '__proto__', 'constructor')],
  ['/request/type', keys('request', 'type')],
  ['/request/*/a', [...keys('request'), any, ...keys('a')]],
  ['/request/***/a*', keys('request', '***', 'a*')],
  ['/*', [any]],
  ['/**/id', [deep, ...keys('id')]],
  ['/request/**/**/**', [...keys('request'), deep]],
  ['/request/**/*/**', [...keys('request'), deep, any, deep]],
])('reads %s', (text, segments) => {
  expect(parsePathPattern(text, '--ignore')).toEqual(segments);
});

const noPath = "is no path, which begins with '/'. Give one such as /request/user_id.";
const several = 'has several paths in it. Give one at a time; in the environment, one a line.';
const badTilde = "has a '~' that is not ~0 (for ~), ~1 (for /) or ~2 (for *). Write it so.";
const leadsNowhere = 'leads nowhere: paths begin with /request. Write it so.';
const alwaysCompared = 'is always compared: it tells what is asked for. Paths lead into /request.';

test.each([
  ['', `'' ${noPath}`],
  ['request/a', `'request/a' ${noPath}`],
  ['$.request.a', `'$.request.a' ${noPath}`],
  ['/', `'/' ${leadsNowhere}`],
  ['/a', `'/a' ${leadsNowhere}`],
  ['/Request/a', `'/Request/a' ${leadsNowhere}`],
  ['/***/a', `'/***/a' ${leadsNowhere}`],
  ['/invoke_id', "'/invoke_id' is never compared anyway. Leave it out."],
  ['/type', `'/type' ${alwaysCompared}`],
  ['/action/a', `'/action/a' ${alwaysCompared}`],
  ['/request/~', `'/request/~' ${badTilde}`],
  ['/request/~3', `'/request/~3' ${badTilde}`],
  ['/request/a,/request/b', `'/request/a,/request/b' ${several}`],
  ['/request/a /request', `'/request/a /request' ${several}`],
  ['/request/a~0~', `'/request/a~0~' ${badTilde}`],
])('refuses %j', (text, reason) => {
  expect(() => parsePathPattern(text, '--match')).toThrow(refusal(`Failed to read \`--match\`: ${reason}`));
});

test('tells the beginning of a long text that it refuses', () => {
  const path = `/request/${'x'.repeat(1992)}`;
  expect(() => parsePathPattern(path, '--ignore')).toThrow(
    refusal(
      `Failed to read \`--ignore\`: '${path.slice(0, 100)}…' is longer than 2000 characters. Use \`*\` and \`**\`.`,
    ),
  );
  expect(() => parsePathPattern('x'.repeat(1 << 20), '--ignore')).toThrow(
    refusal(`Failed to read \`--ignore\`: '${'x'.repeat(100)}…' ${noPath}`),
  );
});

function refusal(message: string): unknown {
  return expect.objectContaining({ name: 'RepriseError', code: 'usage', message });
}

test('takes a path of 2000 characters', () => {
  const key = 'x'.repeat(2000 - '/request/'.length);
  expect(parsePathPattern(`/request/${key}`, '--ignore')).toEqual(keys('request', key));
});

test('reads every key back from the pattern of its pointer', () => {
  const key = fc.oneof(fc.string({ unit: fc.constantFrom('~', '/', '0', '1', '2', '*', 'a') }), fc.string());
  fc.assert(
    fc.property(fc.array(key), (names) => {
      const pointer = ['request', ...names].map((name) => `/${escapeKey(name)}`).join('');
      // Several paths in one are refused.
      fc.pre(!/[,;:\s]\/request(?:\/|$)/.test(pointer));
      expect(parsePathPattern(patternOf(pointer), '--ignore')).toEqual(keys('request', ...names));
    }),
    { numRuns: 1000 },
  );
});

/** Follows these patterns; what is accepted is the pattern's index. */
function startOf(...texts: string[]): PathState<number> {
  const patterns = texts.map((text, value) => ({ segments: parsePathPattern(text, '--ignore'), value }));
  return new PathAutomaton(patterns).start;
}

function follow(start: PathState<number>, path: readonly string[]): PathState<number> {
  return path.reduce((state, key) => state.next(key), start);
}

/** The simplest matcher there is. */
function fits([first, ...rest]: readonly string[], path: readonly string[]): boolean {
  if (first === undefined) return path.length === 0;
  if (first === '**') return fits(rest, path) || (path.length > 0 && fits([first, ...rest], path.slice(1)));
  return path.length > 0 && (first === '*' || first === path[0]) && fits(rest, path.slice(1));
}

const name = fc.constantFrom('a', 'b', '', '~', '/', '0', '__proto__', 'constructor', 'hasOwnProperty');
const pattern = fc.array(fc.oneof(name, fc.constantFrom('*', '**')), { maxLength: 7 });

test('accepts what a simple matcher accepts, in the order of the patterns', () => {
  const path = fc.array(fc.oneof(name, fc.constantFrom('*', '**', 'other')), { maxLength: 7 });
  let accepted = 0;
  fc.assert(
    fc.property(
      fc.array(pattern, { maxLength: 5 }),
      fc.array(path, { minLength: 1, maxLength: 8 }),
      (patterns, paths) => {
        // One automaton for all paths: what it has learned on one must not mislead it on the next.
        const start = startOf(...patterns.map((segments) => `/request${segments.map(written).join('')}`));
        for (const at of paths.map((one) => ['request', ...one])) {
          const expected = patterns.flatMap((segments, index) => (fits(['request', ...segments], at) ? [index] : []));
          expect(follow(start, at).accepted).toEqual(expected);
          accepted += expected.length;
        }
      },
    ),
    { numRuns: 2000 },
  );
  expect(accepted).toBeGreaterThan(500);
});

function written(segment: string): string {
  return `/${escapeKey(segment)}`;
}

test.each([
  [['/request/a'], [], false],
  [['/request/a'], ['request', 'a'], true],
  [['/request/a'], ['request', 'b'], true],
  [['/request/a', '/request/a/b'], ['request', 'a'], false],
  [['/request/*'], ['request', 'b'], true],
  [['/request/**'], ['request', 'a', 'b'], false],
  [['/**/a/b'], ['x', 'y'], false],
])('%j tells whether it leads beyond %j (%s)', (texts, path, isDead) => {
  expect(follow(startOf(...texts), path).isDead).toBe(isDead);
});

test('gives the same state for the same place', () => {
  const start = startOf('/request/**/a/*', '/request/b');
  expect(follow(start, ['request', 'x', 'a'])).toBe(follow(start, ['request', 'y', 'z', 'a']));
});

test('neither crashes nor slows down by dozens of **', () => {
  const start = startOf(`/request${'/**/a'.repeat(60)}/b`);
  const path = (count: number, last: string): string[] => ['request', ...Array<string>(count).fill('a'), last];
  for (const [count, last, accepted] of [
    [10_000, 'b', [0]],
    [10_000, 'c', []],
    [60, 'b', [0]],
    [59, 'b', []],
  ] as const)
    expect(follow(start, path(count, last)).accepted).toEqual(accepted);
});

test('stays right where there are more states than it keeps', () => {
  // It has to know where the last 14 a's were: 16,384 states.
  const start = startOf(`/request/**/a${'/*'.repeat(13)}`);
  const path = ['request', ...randomKeys(20_000, 1)];
  const wrong: number[] = [];
  let state = start;
  for (const [at, key] of path.entries()) {
    state = state.next(key);
    if (state.accepted.length > 0 !== (path[at - 13] === 'a')) wrong.push(at);
  }
  expect(wrong).toEqual([]);
});

test('does not hold on to all states that it has ever met', async () => {
  setFlagsFromString('--expose-gc');
  const start = startOf(`/request/**/a${'/*'.repeat(13)}`);
  const met: WeakRef<PathState<number>>[] = [];
  // Twenty documents: none is long enough to have many states of its own.
  for (const document of Array.from({ length: 20 }, (_, seed) => randomKeys(1000, seed + 1))) {
    let state = start;
    for (const key of ['request', ...document]) {
      state = state.next(key);
      met.push(new WeakRef(state));
    }
  }
  // What a weak reference has led to in this turn of the event loop is not collected before the next.
  await setImmediate();
  runInNewContext('gc()');
  const alive = new Set(met.map((reference) => reference.deref()).filter((state) => state !== undefined));
  expect(alive.size).toBeLessThan(6000);
  expect(start.isDead).toBe(false);
});

test('tells thousands of patterns apart', () => {
  const texts = Array.from({ length: 5000 }, (_, index) => `/request/k${index}`);
  const start = startOf(...texts, '/request/*', '/request/k7');
  const wrong = texts.filter((_, index) => {
    const expected = index === 7 ? [7, 5000, 5001] : [index, 5000];
    return follow(start, ['request', `k${index}`]).accepted.join() !== expected.join();
  });
  expect(wrong).toEqual([]);
  expect(follow(start, ['request', 'k5000']).accepted).toEqual([5000]);
});

/** Keys in no order, the same ones in each run. */
function randomKeys(count: number, seed: number): string[] {
  let random = seed;
  return Array.from({ length: count }, () => {
    random = Math.imul(random, 1_103_515_245) + 12_345;
    return (random >>> 16) % 2 === 0 ? 'a' : 'b';
  });
}

test('a star that is part of a key is written ~2, and the pattern of a pointer has it so', () => {
  expect(parsePathPattern('/request/~2/a~2~2b', '--ignore')).toEqual([
    { kind: 'key', key: 'request' },
    { kind: 'key', key: '*' },
    { kind: 'key', key: 'a**b' },
  ]);
  expect(patternOf('/request/*/**/a*/***')).toBe('/request/~2/~2~2/a*/***');
});
