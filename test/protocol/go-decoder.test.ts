import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeGoJson,
  decodeGoMembers,
  GoNumberError,
  GoSyntaxError,
  type GoValue,
} from '../../src/protocol/go-decoder.ts';
import { encodeGoValue } from '../../src/protocol/go-encoder.ts';
import { type DecodedRow, readTable } from '../fixtures/go/tables.ts';

test("decodes and refuses Go's table of lines as Go does", () => {
  const rows = readTable<DecodedRow>('decode');
  const answers = rows.map((row) => ({ in: row.in, ...answerTo(Buffer.from(row.in, 'base64')) }));
  expect(rows.length).toBeGreaterThan(3000);
  expect(answers).toEqual(rows.map((row) => ({ in: row.in, any: row.any, anyError: row.anyError })));
});

function answerTo(line: Buffer): { any: string | undefined; anyError: string | undefined } {
  try {
    return { any: encodeGoValue(decodeGoJson(withoutReturn(line))), anyError: undefined };
  } catch (error) {
    if (error instanceof GoSyntaxError || error instanceof GoNumberError)
      return { any: undefined, anyError: error.message };
    throw error;
  }
}

/** The table is of lines as bufio.ScanLines gives them. */
function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
}

test.each([
  ['not json', "invalid character 'o' in literal null (expecting 'u')"],
  ['', 'unexpected end of JSON input'],
  ['{"a":1', 'unexpected end of JSON input'],
  ['nul', "invalid character ' ' in literal null (expecting 'l')"],
  ['"\\', "invalid character ' ' in string escape code"],
  ['"\\u12', "invalid character ' ' in \\u hexadecimal character escape"],
  ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
  ['[\\]', "invalid character '\\\\' looking for beginning of value"],
  ['{""""', "invalid character '\"' after object key"],
  ['[\u0000]', "invalid character '\\x00' looking for beginning of value"],
  ['[\u007f]', "invalid character '\\x7f' looking for beginning of value"],
  ['"\u0007"', "invalid character '\\a' in string literal"],
  ['[日]', "invalid character 'æ' looking for beginning of value"],
  ['"日🎬", 1', "invalid character ',' after top-level value"],
])('refuses %j as Go does', (text, message) => {
  expect(() => decodeGoJson(Buffer.from(text))).toThrow(new GoSyntaxError(message));
});

test.each([
  [0x80, '\\u0080'],
  [0xa0, '\\u00a0'],
  [0xad, '\\u00ad'],
  [0xef, 'ï'],
  [0xff, 'ÿ'],
])('names the byte %i as the Latin-1 character that it would be', (byte, quoted) => {
  const line = Buffer.concat([
    Buffer.from('{"é\u{1f3ac}":"'),
    Buffer.from([0xff]),
    Buffer.from('",'),
    Buffer.from([byte]),
  ]);
  expect(() => decodeGoJson(line)).toThrow(
    new GoSyntaxError(`invalid character '${quoted}' looking for beginning of object key string`),
  );
});

test('puts one U+FFFD in the place of each byte that is no UTF-8', () => {
  const line = Buffer.concat([
    Buffer.from('"日'),
    Buffer.from([0xf0, 0x9f, 0x8e, 0xed, 0xa0, 0x80]),
    Buffer.from('\ufffd本"'),
  ]);
  expect(decodeGoJson(line)).toBe('日\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd本');
});

test('takes `__proto__` and `constructor` for keys like others', () => {
  const value = decodeGoJson(Buffer.from('{"__proto__":{"polluted":true},"constructor":1}'));
  expect(Object.entries(value ?? {})).toEqual([
    ['__proto__', { polluted: true }],
    ['constructor', 1],
  ]);
  expect(Object.keys(decodeGoJson(Buffer.from('{}')) ?? {})).toEqual([]);
  expect('toString' in Object(decodeGoJson(Buffer.from('{}')))).toBe(false);
});

test('reads values 10,000 deep and refuses deeper ones', () => {
  const deep = (open: string, close: string, times: number) => Buffer.from(open.repeat(times) + close.repeat(times));
  expect(encodeGoValue(decodeGoJson(deep('[', ']', 10_000)))).toHaveLength(20_000);
  expect(() => decodeGoJson(deep('[', ']', 10_001))).toThrow(
    new GoSyntaxError("invalid character '[' exceeded max depth"),
  );
  expect(() => decodeGoJson(deep('{"a":', '}', 10_001))).toThrow(
    new GoSyntaxError("invalid character '{' exceeded max depth"),
  );
  expect(() => decodeGoMembers(Buffer.from(`{"a":${'['.repeat(10_000)}`))).toThrow(
    new GoSyntaxError("invalid character '[' exceeded max depth"),
  );
});

test('throws a GoNumberError for a number that float64 cannot hold', () => {
  expect(() => decodeGoJson(Buffer.from('[1,-1E+400]'))).toThrow(new GoNumberError('-1E+400'));
});

test('gives the outermost members in their order, repeated keys and overflows included', () => {
  expect(decodeGoMembers(Buffer.from(' {"b":1,"a":{"c":[1e400,1e500]},"b":null} '))).toEqual({
    kind: 'object',
    members: [
      { key: 'b', value: 1, overflow: null },
      { key: 'a', value: { c: [Infinity, Infinity] }, overflow: '1e400' },
      { key: 'b', value: null, overflow: null },
    ],
  });
});

test.each([
  ['null', 'null'],
  ['true', 'bool'],
  ['1e400', 'number'],
  ['"x"', 'string'],
  ['[]', 'array'],
])('calls the outermost value %s a %s', (text, kind) => {
  expect(decodeGoMembers(Buffer.from(text))).toEqual({ kind });
});

test('agrees with JSON.parse on what JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space);
      expect(decodeGoJson(Buffer.from(text))).toEqual(JSON.parse(text));
    }),
  );
});

test('agrees with JSON.parse on strings of any length and any characters', () => {
  const text = fc.string({ unit: 'binary', maxLength: 300, size: 'max' });
  const escaped = fc
    .tuple(text, fc.boolean())
    .map(([value, ascii]) => (ascii ? asciiOf(value) : JSON.stringify(value)));
  fc.assert(
    fc.property(escaped, (json) => {
      expect(decodeGoJson(Buffer.from(json))).toBe(JSON.parse(json));
    }),
  );
});

function asciiOf(text: string): string {
  return JSON.stringify(text).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

test('agrees with Number on numbers in any notation', () => {
  const digits = fc.integer({ min: 0, max: 20 }).chain((length) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`)));
  const number = fc.tuple(
    fc.boolean(),
    fc.stringMatching(/^[1-9]$/),
    digits,
    digits,
    fc.option(fc.integer({ min: -330, max: 280 })),
  );
  fc.assert(
    fc.property(number, ([negative, first, rest, fraction, exponent]) => {
      const text = `${negative ? '-' : ''}${first}${rest}${fraction === '' ? '' : `.${fraction}`}${exponent === null ? '' : `e${exponent}`}`;
      expect(decodeGoJson(Buffer.from(text))).toBe(Number(text));
    }),
  );
});

test('gives back what encodeGoValue was given', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      // What fast-check calls a JSON value is a GoValue.
      expect(decodeGoJson(Buffer.from(encodeGoValue(value as GoValue)))).toEqual(value);
    }),
  );
});
