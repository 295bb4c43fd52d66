import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeGoJson, type GoValue } from '../../src/protocol/go-decoder.ts';
import { commonSet, isExpression, parseValueSet, splitMatch } from '../../src/protocol/value-set.ts';

const names = ['uuid', 'date', 'number', 'string'];

function noCompiler(): never {
  throw new Error('It was no expression.');
}

function has(set: string, value: GoValue): boolean {
  return parseValueSet(set, noCompiler).has(value);
}

test.each([
  ['uuid', '6ba7b810-9dad-11d1-80b4-00c04fd430c8'],
  ['uuid', '6BA7B810-9DAD-11D1-80B4-00C04FD430C8'],
  ['uuid', '6ba7b8109dad11d180b400c04fd430c8'],
  ['uuid', '00000000-0000-0000-0000-000000000000'],
  ['date', '2024-02-29'],
  ['date', '2024-12-31T23:59'],
  ['date', '2024-12-31T23:59:59'],
  ['date', '2024-12-31T23:59:59Z'],
  ['date', '2024-12-31t23:59:59z'],
  ['date', '2024-12-31T23:59:59.123456789+05:30'],
  ['date', '2024-12-31 23:59:59,5 -0800'],
  ['number', 0],
  ['number', -1.5e300],
  ['string', ''],
  ['string', 'null'],
])('%s has %j', (set, value) => {
  expect(has(set, value)).toBe(true);
});

test.each([
  ['uuid', ''],
  ['uuid', '6ba7b810-9dad-11d1-80b4-00c04fd430c'],
  ['uuid', '6ba7b810-9dad-11d1-80b4-00c04fd430c8a'],
  ['uuid', '6ba7b8109dad-11d1-80b4-00c04fd430c8'],
  ['uuid', '6ba7b810-9dad-11d1-80b4-00c04fd430cg'],
  ['uuid', ' 6ba7b8109dad11d180b400c04fd430c8'],
  ['uuid', '6ba7b8109dad11d180b400c04fd430c8\n'],
  ['uuid', '{6ba7b810-9dad-11d1-80b4-00c04fd430c8}'],
  ['uuid', 6],
  ['uuid', null],
  ['uuid', ['6ba7b8109dad11d180b400c04fd430c8']],
  ['date', '2024'],
  ['date', '2024-13-01'],
  ['date', '2024-00-01'],
  ['date', '2024-01-32'],
  ['date', '2024-1-1'],
  ['date', '20240101'],
  ['date', '2024-01-01T24:00'],
  ['date', '2024-01-01T00:60'],
  ['date', '2024-01-01Z'],
  ['date', '2024-01-01\n'],
  ['date', '2024-01-01, at noon'],
  ['date', '٢٠٢٤-٠١-٠١'],
  ['date', 20240101],
  ['number', '1'],
  ['number', true],
  ['number', null],
  ['number', [1]],
  ['string', 1],
  ['string', null],
  ['string', ['a']],
])('%s has not %j', (set, value) => {
  expect(has(set, value)).toBe(false);
});

test.each(names)('%s has no object', (set) => {
  expect(has(set, decodeGoJson(Buffer.from('{"a":"6ba7b8109dad11d180b400c04fd430c8"}')))).toBe(false);
});

test('uuid and date have no text of a megabyte', () => {
  for (const text of ['6ba7b8109dad11d180b400c04fd430c8', '2024-01-01', '-', ' ']) {
    expect(has('uuid', text.repeat(1 << 15))).toBe(false);
    expect(has('date', text.repeat(1 << 15))).toBe(false);
  }
});

test('date has what JavaScript writes, and uuid what it makes', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
      expect(has('date', date.toISOString())).toBe(true);
      expect(has('uuid', date.toISOString())).toBe(false);
    }),
  );
  fc.assert(
    fc.property(fc.uuid(), (uuid) => {
      expect(has('uuid', uuid)).toBe(true);
      expect(has('date', uuid)).toBe(false);
    }),
  );
});

test('every set says what it is', () => {
  const words = [...names, '/^a "b"/i'].map((set) => parseValueSet(set, () => () => true).words);
  expect(words).toEqual(['a uuid', 'a date', 'a number', 'a string', 'a string like /^a "b"/i']);
});

test('an expression is compiled with its flags, and asked of texts alone', () => {
  const compiled: string[][] = [];
  const asked: string[] = [];
  const set = parseValueSet('/a/b/\n=c/si', (source, flags) => {
    compiled.push([source, flags]);
    return (text) => asked.push(text) > 1;
  });
  expect([set.has('x'), set.has(1), set.has(null), set.has(['y']), set.has('z')]).toEqual([
    false,
    false,
    false,
    false,
    true,
  ]);
  expect(asked).toEqual(['x', 'z']);
  expect(compiled).toEqual([['a/b/\n=c', 'si']]);
  expect(set.name).toBe('/a/b/\n=c/si');
});

test.each([
  ['/a/', true],
  ['/a/ims', true],
  ['/a/b/', true],
  ['///', true],
  ['/a=b/', true],
  ['/a\nb/', true],
  ['//', false],
  ['/', false],
  ['/a', false],
  ['a/', false],
  ['/a/g', false],
  ['/a/i ', false],
  ['uuid', false],
])('%j is an expression: %s', (set, expected) => {
  expect(isExpression(set)).toBe(expected);
});

test.each([
  ['/request/id=uuid', '/request/id', 'uuid'],
  ['/request/=string', '/request/', 'string'],
  ['/request/a=b=date', '/request/a=b', 'date'],
  ['/request/a==number', '/request/a=', 'number'],
  ['/request/a=uuid=number', '/request/a=uuid', 'number'],
  ['/request/id=/^user-/', '/request/id', '/^user-/'],
  ['/request/id=/a=b/i', '/request/id', '/a=b/i'],
  ['/request/a=b=/c/', '/request/a=b', '/c/'],
  ['=uuid', '', 'uuid'],
])('splits %s where its set begins', (text, path, set) => {
  expect(splitMatch(text)).toEqual({ path, set });
});

const advice =
  'Give PATH=SET with uuid, date, number, string or a regular expression between slashes, as in /request/id=uuid.';

test.each([
  ['/request/id', 'has no `=SET`'],
  ['', 'has no `=SET`'],
  ['/request/id=', "names no set: ''"],
  ['/request/id=UUID', "names no set: 'UUID'"],
  ['/request/id=uuid ', "names no set: 'uuid '"],
  ['/request/id=/a/g', "names no set: '/a/g'"],
  ['/request/id=/uuid', "names no set: '/uuid'"],
  ['/request/id=//', "names no set: '//'"],
  ['/request/id=constructor', "names no set: 'constructor'"],
  ['/request/a=b=c', "names no set: 'b=c'"],
])('refuses %j in words', (text, reason) => {
  expect(() => splitMatch(text)).toThrow(
    expect.objectContaining({
      name: 'RepriseError',
      code: 'usage',
      message: `Failed to read \`--match\`: '${text}' ${reason}. ${advice}`,
    }),
  );
});

test('splits what was joined, whatever the key', () => {
  const key = fc.string({ unit: fc.constantFrom('=', 'a', 'u', '~', '*', '"') });
  fc.assert(
    fc.property(key, fc.constantFrom(...names, '/a=/', '/=uuid/i', '/=/'), (key, set) => {
      expect(splitMatch(`/request/${key}=${set}`)).toEqual({ path: `/request/${key}`, set });
    }),
  );
});

test('splits what has a hundred thousand equals signs', () => {
  const path = `/request/${'='.repeat(100_000)}`;
  expect(splitMatch(`${path}=uuid`)).toEqual({ path, set: 'uuid' });
  expect(() => splitMatch(`${path}x`)).toThrow('names no set');
});

test.each([
  ['6ba7b8109dad11d180b400c04fd430c8', '6BA7B810-9DAD-11D1-80B4-00C04FD430C8', 'uuid'],
  ['2024-01-01', '2024-01-01T00:00Z', 'date'],
  ['2024-01-01', '6ba7b8109dad11d180b400c04fd430c8', undefined],
  ['a', 'b', undefined],
  [1, 2, undefined],
  [null, null, undefined],
])('%j and %j have the set %s in common', (left, right, set) => {
  expect(commonSet(left, right)).toBe(set);
});
