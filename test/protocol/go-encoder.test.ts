import { expect, test } from 'vitest';
import { decodeGoJson } from '../../src/protocol/go-decoder.ts';
import { encodeGoMessage, encodeGoString, encodeGoValue } from '../../src/protocol/go-encoder.ts';
import { type QuotedRow, readGoldenLines, readTable, type WrittenRow } from '../fixtures/go/tables.ts';

test("writes Go's table of strings as Go does", () => {
  for (const row of readTable<QuotedRow>('strings'))
    expect(encodeGoString(Buffer.from(row.in, 'base64').toString())).toBe(row.json);
});

test("writes Go's table of values as Go does", () => {
  for (const row of readTable<WrittenRow>('values'))
    expect(encodeGoValue(decodeGoJson(Buffer.from(row.in, 'base64')))).toBe(row.json);
});

test.each([
  ['<&>', '"\\u003c\\u0026\\u003e"'],
  ['\u2028\u2029', '"\\u2028\\u2029"'],
  ['\b\f\n\r\t\u0001\u007f', '"\\b\\f\\n\\r\\t\\u0001\u007f"'],
  ['"\\/', '"\\"\\\\/"'],
  ['é🎬\ufffd', '"é🎬\ufffd"'],
  ['a\ud800<\udc00', '"a\\ufffd\\u003c\\ufffd"'],
  ['\\ud800\ud800', '"\\\\ud800\\ufffd"'],
])('writes the string %j as %s', (text, json) => {
  expect(encodeGoString(text)).toBe(json);
});

test('sorts keys by their UTF-8 bytes, which is not the order of UTF-16', () => {
  expect(encodeGoValue({ '\uffff': 1, '\u{10000}': 2, '\ue000': 3, aa: 4, a: 5, B: 6, 10: 7, 9: 8 })).toBe(
    '{"10":7,"9":8,"B":6,"a":5,"aa":4,"\ue000":3,"\uffff":1,"\u{10000}":2}',
  );
});

test.each([
  [1e21, '1e+21'],
  [2 ** 63, '9223372036854776000'],
  [1e-7, '1e-7'],
  [0.000001, '0.000001'],
  [-0, '-0'],
  [5e-324, '5e-324'],
])('writes the number %d as %s', (number, json) => {
  expect(encodeGoValue(number)).toBe(json);
});

test.each([
  'message-kinds',
  'text-values-as-json',
  'bad-lines',
  'exceptions',
  'llm',
  'json-process',
  'qrcode',
  'maths',
])('writes every message of the session %s again to the byte', (session) => {
  for (const line of readGoldenLines(session, 'stdout')) {
    // The sessions hold messages only.
    const {
      invoke_id: id,
      type,
      response,
    } = decodeGoJson(line) as { invoke_id: string; type: string; response: object };
    expect(encodeGoMessage(id, type, encodeGoValue({ ...response }))).toBe(line.toString());
  }
});
