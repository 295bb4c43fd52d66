import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Asked } from '../../src/protocol/differences.ts';
import { decodeGoJson, type GoObject } from '../../src/protocol/go-decoder.ts';
import { MatchRules } from '../../src/protocol/match-rules.ts';
import { rankNear } from '../../src/protocol/rank-near.ts';
import { Sketches } from '../../src/protocol/sketches.ts';
import { readRules } from '../../src/replayer/read-rules.ts';

const noRules = new MatchRules([]);

function ask(request: unknown, action = 'invoke_tool', type = 'tool'): Asked {
  // The tests give objects and null; decoded, they are made as those from the wire are.
  return { type, action, request: decodeGoJson(Buffer.from(JSON.stringify(request))) as GoObject | null };
}

function rank(received: Asked, candidates: Readonly<Record<string, Asked>>, rules = noRules): string[] {
  const entries = Object.entries(candidates).map(([item, recorded]) => ({ item, recorded }));
  return rankNear(received, entries, rules).map(({ item }) => item);
}

/** So many values that differ where the first one does. */
function many(first: number, count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, first + index]));
}

const weather = { tool: 'weather', tool_parameters: { city: 'Bern', days: 3, unit: 'C' }, user_id: 'u' };

function weatherOf(parameters: object): object {
  return { ...weather, tool_parameters: { ...weather.tool_parameters, ...parameters } };
}

test('puts the same tool with another parameter before another tool, and both before another action', () => {
  const candidates = {
    'another type': ask(weather, 'invoke_tool', 'model'),
    'another action': ask(weather, 'validate_tool_credentials'),
    'another tool': ask({ ...weather, tool: 'whether' }),
    'two other parameters': ask(weatherOf({ days: 4, unit: 'F' })),
    'another parameter': ask(weatherOf({ days: 4 })),
    equal: ask(weather),
  };
  expect(rank(ask(weather), candidates)).toEqual([
    'equal',
    'another parameter',
    'two other parameters',
    'another tool',
    'another type',
    'another action',
  ]);
});

test.each(['provider', 'model', 'model_type', 'agent_strategy', 'datasource'])(
  'puts another %s behind many other values',
  (key) => {
    const candidates = {
      named: ask({ [key]: 'other', values: many(0, 30) }),
      valued: ask({ [key]: 'same', values: many(1, 30) }),
    };
    expect(rank(ask({ [key]: 'same', values: many(0, 30) }), candidates)).toEqual(['valued', 'named']);
  },
);

test.each([
  ['fewer differences', { a: 1, b: 2, c: 3 }, { two: { a: 1, b: 0, c: 0 }, one: { a: 1, b: 2, c: 0 } }, ['one', 'two']],
  [
    'a text that is more alike',
    { a: 'Hello, Ann!' },
    { bye: { a: 'Bye.' }, bob: { a: 'Hello, Bob!' } },
    ['bob', 'bye'],
  ],
  ['a text before another kind of value', { a: '10' }, { kind: { a: 10 }, text: { a: '12' } }, ['text', 'kind']],
  ['another number before none', { a: 1, b: 2 }, { gone: { b: 2 }, other: { a: 3, b: 2 } }, ['other', 'gone']],
  [
    'a missing value before a missing list',
    { a: 1, b: [1, 2, 3] },
    { list: { a: 1 }, value: { b: [1, 2, 3] } },
    ['value', 'list'],
  ],
  ['an object before no request', many(0, 20), { none: null, other: many(1, 20) }, ['other', 'none']],
  [
    '150 differences before 300',
    many(0, 300),
    { more: many(1, 300), fewer: { ...many(0, 300), ...many(1, 150) } },
    ['fewer', 'more'],
  ],
])('puts first %s', (_, received, candidates, order) => {
  const asked = Object.fromEntries(Object.entries(candidates).map(([name, request]) => [name, ask(request)]));
  expect(rank(ask(received), asked)).toEqual(order);
});

test('counts no difference that is ignored or loosened', async () => {
  const received = ask({ a: 1, b: 2, c: 'y' });
  const candidates = { 'two loose': ask({ a: 9, b: 2, c: 'x' }), 'one strict': ask({ a: 1, b: 0, c: 'y' }) };
  expect(rank(received, candidates)).toEqual(['one strict', 'two loose']);
  const rules = await readRules({ ignore: ['/request/a'], match: ['/request/c=string'] });
  expect(rank(received, candidates, rules)).toEqual(['two loose', 'one strict']);
});

test('goes by the number of differences, and leaves equally near ones in recorded order', () => {
  fc.assert(
    fc.property(fc.array(fc.subarray(['a', 'b', 'c', 'd', 'e', 'f']), { maxLength: 8 }), (changes) => {
      const received = { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 };
      const candidates = changes.map((keys, index) => ({
        item: { index, count: keys.length },
        recorded: ask({ ...received, ...Object.fromEntries(keys.map((key) => [key, 2])) }),
      }));
      const ranked = rankNear(ask(received), candidates, noRules);
      expect(ranked.map(({ item }) => item)).toEqual(
        candidates.map(({ item }) => item).toSorted((a, b) => a.count - b.count || a.index - b.index),
      );
      expect(ranked.map(({ differences }) => differences.count)).toEqual(ranked.map(({ item }) => item.count));
    }),
  );
});

test('tells what is asked for before with what', () => {
  const recorded = ask({ a: 1, provider: 'p', b: 2, tool: 'x' }, 'get_tool_runtime_parameters');
  const [near] = rankNear(ask({ a: 2, provider: 'q', b: 3, tool: 'y' }), [{ item: 0, recorded }], noRules);
  expect(near?.differences.list.map(({ path, recorded, received }) => [path, recorded, received])).toEqual([
    ['/action', 'get_tool_runtime_parameters', 'invoke_tool'],
    ['/request/provider', 'p', 'q'],
    ['/request/tool', 'x', 'y'],
    ['/request/a', 1, 2],
    ['/request/b', 2, 3],
  ]);
});

test('tells what is asked for first, however much stands before it', () => {
  const values = Array.from({ length: 150 }, () => 0);
  const recorded = ask({ values, tool: 'weather' });
  const received = ask({ values: values.map(() => 1), tool: 'time' });
  const [near] = rankNear(received, [{ item: 0, recorded }], noRules);
  expect(near?.differences.list[0]?.path).toBe('/request/tool');
  expect(
    rank(received, { 'another tool': recorded, 'more values': ask({ values: [...values, 0], tool: 'time' }) }),
  ).toEqual(['more values', 'another tool']);
});

function nearest(requests: readonly Asked[], asked: Asked, count: number): number[] {
  const sketches = new Sketches<number>();
  for (const [index, one] of requests.entries()) sketches.add(index, one);
  return sketches.nearest(asked, count);
}

/** Requests of one tool that have much in common. */
const similar = Array.from({ length: 1000 }, (_, index) => ({
  provider: 'acme/search/search',
  tool: 'search',
  tool_parameters: {
    query: `what is the answer to question ${index}?`,
    page: index % 7,
    filters: [`tag-${index % 31}`, index % 13],
  },
  credentials: { api_key: 'k' },
  conversation_id: `c-${index}`,
  user_id: `user-${index}`,
}));

test('finds the nearest of a thousand similar requests, whatever one value is other', () => {
  const sketches = new Sketches<number>();
  for (const [index, request] of similar.entries()) sketches.add(index, ask(request));
  const wrong: number[] = [];
  for (const [index, request] of similar.entries()) {
    const { tool_parameters: parameters } = request;
    const changed = [
      request,
      { ...request, user_id: 'somebody else' },
      { ...request, conversation_id: null },
      { ...request, tool_parameters: { ...parameters, query: 'why?' } },
      { ...request, tool_parameters: { ...parameters, page: 99 }, files: [] },
    ][index % 5];
    if (sketches.nearest(ask(changed), 1)[0] !== index) wrong.push(index);
  }
  expect(wrong).toEqual([]);
});

test('finds the nearest of a thousand requests with more values than a sketch has', () => {
  const large = similar.map((request, index) => ({
    ...request,
    messages: Array.from({ length: 60 }, (_, at) => ({
      role: 'user',
      content: `message ${at % 20} of ${at < 20 ? 'all' : index}`,
    })),
  }));
  const requests = large.map((request) => ask(request));
  for (const index of [0, 63, 64, 500, 999])
    expect(nearest(requests, ask({ ...large[index], user_id: 'somebody else' }), 1)).toEqual([index]);
});

test('puts the same type and action before the same names, and those before the same values', () => {
  const requests = [
    ask(weather, 'invoke_other'),
    ask({ ...weather, tool: 'whether' }),
    ask({ tool: 'weather' }),
    ask(weatherOf({ city: 'Basel' })),
    ask(weather),
  ];
  expect(nearest(requests, ask(weather), 5)).toEqual([4, 3, 2, 1, 0]);
  expect(nearest(requests, ask(weather), 2)).toEqual([4, 3]);
});

test('leaves equally like ones in the order in which they were added', () => {
  const requests = similar.map((_, index) => ask({ ...weather, user_id: 'u', order: index % 2 }));
  const even = requests.flatMap((_, index) => (index % 2 === 0 ? [index] : []));
  expect(nearest(requests, ask({ ...weather, order: 0 }), 500)).toEqual(even);
  expect(nearest(requests, ask({ ...weather, order: 2 }), 3)).toEqual([0, 1, 2]);
});

test('tells values by their kinds, places, beginnings and ends', () => {
  const long = 'x'.repeat(1000);
  const values = ['1', [1], { a: 1 }, true, false, null, 1, `${long}1`, `${long}2`, `1${long}`, `${long}${long}`];
  const requests = [{ b: 1 }, {}, ...values.map((a) => ({ a }))].map((one) => ask(one));
  for (const [index, request] of requests.entries()) expect(nearest(requests, request, 1)).toEqual([index]);
});

test('is the same whatever the order of keys', () => {
  const keys = fc.shuffledSubarray(
    Array.from({ length: 20 }, (_, index) => `k${index}`),
    { minLength: 20 },
  );
  fc.assert(
    fc.property(keys, (order) => {
      const request = ask(Object.fromEntries(order.map((key) => [key, key])));
      const sorted = ask(Object.fromEntries(order.toSorted().map((key) => [key, key])));
      expect(nearest([ask({ k0: 'k0' }), sorted], request, 1)).toEqual([1]);
    }),
  );
});

test.each([
  ['values 9,998 deep', `${'{"a":['.repeat(4999)}1${']}'.repeat(4999)}`],
  ['lists of 100,000', `{"a":[${'[],'.repeat(50_000)}${'1,'.repeat(50_000)}2]}`],
  ['texts of a megabyte', `{"a":"${'x'.repeat(1 << 20)}"}`],
  ['hostile keys', '{"__proto__":1,"constructor":{"prototype":2},"":3,"toString":4}'],
])('finds and ranks %s', (_, json) => {
  const large = { type: 'tool', action: 'invoke_tool', request: decodeGoJson(Buffer.from(json)) as GoObject };
  const requests = [ask({ a: 1 }), large, ask(null)];
  expect(nearest(requests, large, 1)).toEqual([1]);
  const names = { small: ask({ a: 1 }), none: ask(null), large };
  expect(rank(large, names)[0]).toBe('large');
});

test('looks for likeness among the first 65,536', () => {
  const sketches = new Sketches<number>();
  for (let index = 0; index < 65_537; index++) sketches.add(index, ask({ a: index }));
  expect(sketches.nearest(ask({ a: 65_535 }), 1)).toEqual([65_535]);
  expect(sketches.nearest(ask({ a: 65_536 }), 1)).toEqual([0]);
});
