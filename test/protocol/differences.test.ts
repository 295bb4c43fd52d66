import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Difference, type Differences, findDifferences } from '../../src/protocol/differences.ts';
import { decodeGoJson, type GoObject, type GoValue } from '../../src/protocol/go-decoder.ts';
import { matchKey } from '../../src/protocol/match-key.ts';
import { MatchRules } from '../../src/protocol/match-rules.ts';
import { escapeKey, patternOf } from '../../src/protocol/path-pattern.ts';
import { readRules } from '../../src/replayer/read-rules.ts';

const noRules = new MatchRules([]);

interface Asked {
  type: string;
  action: string;
  request: GoObject | null;
}

function ask(json: string, type = 'tool', action = 'invoke_tool'): Asked {
  // The tests give objects and null.
  return { type, action, request: decodeGoJson(Buffer.from(json)) as GoObject | null };
}

function compare(recorded: string, received: string, rules = noRules): Differences {
  return findDifferences(ask(recorded), ask(received), rules);
}

function keyOf({ type, action, request }: Asked, rules: MatchRules): string {
  return matchKey(type, action, rules.reduce(request));
}

/** A difference where no set was asked for. */
function differing(path: string, recorded: GoValue | undefined, received: GoValue | undefined): Difference {
  return { path, recorded, received, expected: [] };
}

test.each<[recorded: string, received: string, list: Difference[]]>([
  ['{"a":1}', '{"a":1.0}', []],
  ['{"a":0,"b":[{}]}', '{"b":[{}],"a":-0}', []],
  ['null', 'null', []],
  ['{"a":1}', '{"a":2}', [differing('/request/a', 1, 2)]],
  ['{"a":"1"}', '{"a":1}', [differing('/request/a', '1', 1)]],
  ['{"a":null}', '{}', [differing('/request/a', null, undefined)]],
  ['{}', '{"a":false}', [differing('/request/a', undefined, false)]],
  ['{"a":[]}', '{"a":{}}', [differing('/request/a', [], decodeGoJson(Buffer.from('{}')))]],
  ['{"a":[1,2]}', '{"a":[2]}', [differing('/request/a/0', 1, 2), differing('/request/a/1', 2, undefined)]],
  ['{"a":[]}', '{"a":[null]}', [differing('/request/a/0', undefined, null)]],
  ['{"a/b":{"c~d":{"":1}}}', '{"a/b":{"c~d":{"":2}}}', [differing('/request/a~1b/c~0d/', 1, 2)]],
  [
    '{"__proto__":1}',
    '{"constructor":1}',
    [differing('/request/__proto__', 1, undefined), differing('/request/constructor', undefined, 1)],
  ],
  ['{"__proto__":{"a":1}}', '{"__proto__":{"a":2}}', [differing('/request/__proto__/a', 1, 2)]],
  [
    '{"a":{"b":[{"c":1},2]}}',
    '{"a":{"b":[{"c":3},2],"d":4}}',
    [differing('/request/a/b/0/c', 1, 3), differing('/request/a/d', undefined, 4)],
  ],
])('tells how %s and %s differ', (recorded, received, list) => {
  expect(compare(recorded, received)).toEqual({ list, count: list.length });
});

test('tells that a request of null is none', () => {
  const { list, count } = compare('null', '{}');
  expect(count).toBe(1);
  expect(list).toEqual([differing('/request', null, decodeGoJson(Buffer.from('{}')))]);
});

test('tells type and action first', () => {
  const found = findDifferences(ask('{"a":1}', 'tool', 'invoke_tool'), ask('{}', 'model', 'invoke_llm'), noRules);
  expect(found.list).toEqual([
    differing('/type', 'tool', 'model'),
    differing('/action', 'invoke_tool', 'invoke_llm'),
    differing('/request/a', 1, undefined),
  ]);
});

test.each([
  ['{"a":"x"}', '{"a":"y"}', ['/request/a=uuid'], ['a uuid']],
  ['{"a":"ab"}', '{"a":"b"}', ['/request/*=string', '/request/a=/^a/'], ['a string', 'a string like /^a/']],
  ['{"a":1}', '{"a":"1"}', ['/**/a=number', '/request/b=uuid'], ['a number']],
  ['{}', '{"a":"1999-12-31"}', ['/request/a=date'], ['a date']],
  ['{"a":1}', '{"a":2}', ['/request/b=number'], []],
])('tells of which sets %s and %s had to be by %j', async (recorded, received, match, expected) => {
  const { list } = compare(recorded, received, await readRules({ ignore: [], match }));
  expect(list.map((difference) => difference.expected)).toEqual([expected]);
});

const list = (count: number, last: string): string => `{"a":[${'0,'.repeat(count - 1)}${last}]}`;

test('tells the first hundred differences, and how many there are', () => {
  const { list, count } = compare(`{"a":[${'1,'.repeat(99_999)}1]}`, `{"a":[${'2,'.repeat(99_998)}2]}`);
  expect(count).toBe(100_000);
  expect(list.map(({ path }) => path)).toEqual(Array.from({ length: 100 }, (_, index) => `/request/a/${index}`));
});

const uuids = ['6ba7b810-9dad-11d1-80b4-00c04fd430c8', '6ba7b8109dad11d180b400c04fd430c9'];
const names = ['__proto__', 'constructor', '', '~', '/', '*', '0', '1', 'a'];
const scalars: GoValue[] = [
  ...uuids,
  '2024-02-29',
  '2025-01-01T00:00Z',
  'user-1',
  'user-2',
  'uuid',
  '1',
  1,
  2,
  null,
  true,
];

const request = fc.object({
  key: fc.constantFrom(...names),
  values: [fc.constantFrom(...scalars)],
  maxDepth: 3,
  maxKeys: 4,
});

/** Two requests, of which the second may be the first with a few changes. */
const pair = fc.tuple(request, request, fc.nat(3), fc.infiniteStream(fc.nat(99))).map(([left, right, kind, chance]) => {
  const next = (): number => Number(chance.next().value);
  const change = (_: string, value: unknown): unknown => {
    if (value === left || next() >= 30) return value;
    if (Array.isArray(value)) return next() < 50 ? value.slice(1) : [...(value as unknown[]), 1, 'user-1'];
    return next() < 20 ? undefined : scalars[next() % scalars.length];
  };
  if (kind === 0) return [JSON.stringify(left), JSON.stringify(right)] as const;
  return [JSON.stringify(left), next() < 5 ? 'null' : JSON.stringify(left, change)] as const;
});

const path = fc
  .array(fc.oneof(fc.constantFrom(...names.map(escapeKey)), fc.constantFrom('*', '**')), { maxLength: 4 })
  .map((steps) => ['/request', ...steps].join('/'));
const loosened = fc
  .tuple(path, fc.constantFrom('uuid', 'date', 'number', 'string', '/^user-\\d$/', '/1/'))
  .map((rule) => rule.join('='));
const ruleTexts = fc.record({ ignore: fc.array(path, { maxLength: 3 }), match: fc.array(loosened, { maxLength: 3 }) });

test('tells none exactly when what is left of two requests is equal', async () => {
  let [equal, other] = [0, 0];
  await fc.assert(
    fc.asyncProperty(pair, ruleTexts, fc.constantFrom('tool', 'tool', 'model'), async ([left, right], texts, type) => {
      const rules = await readRules(texts);
      const [recorded, received] = [ask(left), ask(right, type)];
      const { list, count } = findDifferences(recorded, received, rules);
      expect(count === 0).toBe(keyOf(recorded, rules) === keyOf(received, rules));
      expect(list.length).toBe(Math.min(count, 100));
      expect(findDifferences(received, recorded, rules).count).toBe(count);
      if (count > 0) other++;
      else if (left !== right) equal++;
    }),
    { numRuns: 5000 },
  );
  expect(Math.min(equal, other)).toBeGreaterThan(500);
});

/** What stands at a pointer. */
function valueAt(asked: Asked, pointer: string): GoValue | undefined {
  const keys = pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  // Every step but the last leads into a list or an object.
  return keys.reduce<GoValue | undefined>((value, key) => (value as GoObject)[key], { ...asked });
}

test('tells places that have what it says, and that make a match once they are ignored', async () => {
  await fc.assert(
    fc.asyncProperty(pair, ruleTexts, async ([left, right], texts) => {
      const [recorded, received] = [ask(left), ask(right)];
      const { list } = findDifferences(recorded, received, await readRules(texts));
      for (const difference of list) {
        expect(difference.recorded).toBe(valueAt(recorded, difference.path));
        expect(difference.received).toBe(valueAt(received, difference.path));
      }
      const rules = await readRules({
        ...texts,
        ignore: [...texts.ignore, ...list.map(({ path }) => patternOf(path))],
      });
      expect(findDifferences(recorded, received, rules).count).toBe(0);
    }),
    { numRuns: 1000 },
  );
});

function nested(depth: number, inner: string): string {
  return `${'{"a":['.repeat(depth / 2)}${inner}${']}'.repeat(depth / 2)}`;
}

const megabyte = 'a'.repeat(1 << 20);
const stars = '/**/a'.repeat(40);
const thousands = Array.from({ length: 5000 }, (_, index) => `/request/k${index}`);

test.each([
  ['9,998 deep values', nested(9998, '1'), nested(9998, '2'), { ignore: ['/request/**/b'], match: [] }, 1],
  ['9,998 deep values by **', nested(9998, '1'), nested(9998, '2'), { ignore: [`/request${stars}/*`], match: [] }, 0],
  ['9,998 deep values, loosened', nested(9998, '1'), nested(9998, '2'), { ignore: [], match: ['/**=number'] }, 0],
  ['lists of 100,000', list(100_000, '1'), list(100_000, '2'), { ignore: ['/request/a/99998'], match: [] }, 1],
  [
    'lists of 100,000, the last ignored',
    list(100_000, '1'),
    list(99_999, '0'),
    { ignore: ['/request/a/99999'], match: [] },
    0,
  ],
  ['lists of 100,000, all ignored', list(100_000, '1'), '{"a":[]}', { ignore: ['/request/a/*'], match: [] }, 0],
  [
    'lists of 100,000, all loosened',
    list(100_000, '1'),
    list(100_000, '2'),
    { ignore: [], match: ['/request/a/*=number'] },
    0,
  ],
  ['texts of a megabyte', `{"a":"${megabyte}b"}`, `{"a":"${megabyte}c"}`, { ignore: ['/request/b'], match: [] }, 1],
  [
    'long texts by (a+)+$',
    `{"a":"${megabyte.slice(0, 16_000)}"}`,
    `{"a":"${megabyte.slice(0, 16_001)}"}`,
    { ignore: [], match: ['/request/a=/^(a+)+$/'] },
    0,
  ],
  [
    'texts of a megabyte that (a+)+$ does not fit',
    `{"a":"${megabyte}b"}`,
    `{"a":"${megabyte}c"}`,
    { ignore: [], match: ['/request/a=/^(a+)+$/'] },
    1,
  ],
  ['keys of a megabyte', `{"${megabyte}b":1}`, `{"${megabyte}c":1}`, { ignore: [], match: [] }, 2],
  ['by thousands of paths', '{"k4999":1}', '{"k4999":2}', { ignore: thousands, match: [] }, 0],
  ['by thousands of paths, beside them', '{"k5000":1}', '{"k5000":2}', { ignore: thousands, match: [] }, 1],
])('compares %s, as the match does', async (_, left, right, texts, count) => {
  const rules = await readRules(texts);
  const [recorded, received] = [ask(left), ask(right)];
  expect(findDifferences(recorded, received, rules).count).toBe(count);
  expect(keyOf(recorded, rules) === keyOf(received, rules)).toBe(count === 0);
});

test('tells a place 10,000 deep', () => {
  const { list } = compare(nested(9998, '1'), nested(9998, '2'));
  expect(list.map(({ path }) => path)).toEqual([`/request${'/a/0'.repeat(4999)}`]);
});
