import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeGoJson, type GoObject } from '../../src/protocol/go-decoder.ts';
import { encodeGoValue } from '../../src/protocol/go-encoder.ts';
import { matchKey } from '../../src/protocol/match-key.ts';

function keyOf(json: string): string {
  // The tests give objects and null.
  return matchKey('tool', 'invoke_tool', decodeGoJson(Buffer.from(json)) as GoObject | null);
}

test.each([
  ['{"a":1,"b":2}', '{"b":2,"a":1}'],
  ['{"a":1}', '{"a":1.0}'],
  ['{"a":1}', '{"a":10e-1}'],
  ['{"a":0}', '{"a":-0.0}'],
  ['{"a":9007199254740993}', '{"a":9007199254740992}'],
  ['{"a":"é"}', '{"a":"\\u00e9"}'],
  ['{"a":1,"a":2}', '{"a":2}'],
  ['{"a":"\\ud800"}', '{"a":"\\ufffd"}'],
])('is the same for %s and %s', (left, right) => {
  expect(keyOf(left)).toBe(keyOf(right));
});

test.each([
  ['null', '{}'],
  ['{"a":null}', '{}'],
  ['{"a":1}', '{"a":"1"}'],
  ['{"a":true}', '{"a":"true"}'],
  ['{"a":null}', '{"a":"n"}'],
  ['{"a":[]}', '{"a":{}}'],
  ['{"a":[1,2]}', '{"a":[2,1]}'],
  ['{"a":[1,2]}', '{"a":[12]}'],
  ['{"a":["b","c"]}', '{"a":["b\\"1:c"]}'],
  ['{"a":"b","c":"d"}', '{"a":"b\\"1:c\\"1:d"}'],
  ['{"a":[[1],2]}', '{"a":[[1,2]]}'],
  ['{"a":"é"}', '{"a":"e\\u0301"}'],
])('differs for %s and %s', (left, right) => {
  expect(keyOf(left)).not.toBe(keyOf(right));
});

test('differs by type and action, wherever one ends and the other begins', () => {
  const keys = [
    matchKey('a', 'b', {}),
    matchKey('ab', '', {}),
    matchKey('', 'ab', {}),
    matchKey('a', 'b', null),
    matchKey('a"1:b', '', {}),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});

const request = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }), { maxKeys: 30 });

test('does not hang on the order of keys, at any depth', () => {
  // What fast-check calls a JSON value is a GoValue.
  fc.assert(
    fc.property(request, (value) => {
      expect(keyOf(JSON.stringify(reversed(value)))).toBe(matchKey('tool', 'invoke_tool', value as GoObject));
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).toReversed();
  return Object.fromEntries(members.map(([key, member]) => [key, reversed(member)]));
}

test('does not hang on the notation of numbers', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      expect(keyOf(`{"a":${number.toExponential(20)}}`)).toBe(keyOf(`{"a":${number}}`));
    }),
  );
});

test('is equal for two values exactly when Go writes them the same', () => {
  const few = fc.jsonValue({ maxDepth: 2, stringUnit: fc.constantFrom('a', '"', '1', ':', '{') });
  fc.assert(
    fc.property(few, few, (left, right) => {
      // What fast-check calls a JSON value is a GoValue; a zero's sign does not count.
      const [one, other] = [{ a: left }, { a: right }] as [GoObject, GoObject];
      const areEqual = encodeGoValue(one).replaceAll('-0', '0') === encodeGoValue(other).replaceAll('-0', '0');
      expect(matchKey('t', 'a', one) === matchKey('t', 'a', other)).toBe(areEqual);
    }),
    { numRuns: 2000 },
  );
});

test('is made of values 10,000 deep', () => {
  const json = `{"a":${'['.repeat(9999)}${']'.repeat(9999)}}`;
  expect(keyOf(json)).toBe(keyOf(` ${json} `));
});
