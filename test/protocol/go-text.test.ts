import { expect, test } from 'vitest';
import { decodeGoJson, type GoValue } from '../../src/protocol/go-decoder.ts';
import { formatGoResponse, formatGoValue } from '../../src/protocol/go-text.ts';
import { readGoldenLines, readTable, type WrittenRow } from '../fixtures/go/tables.ts';

test("formats Go's table of values as fmt does", () => {
  const rows = readTable<WrittenRow>('values');
  expect(rows.map((row) => formatGoValue(valueOf(row)))).toEqual(rows.map((row) => row.text));
});

test("formats Go's table of responses as fmt does", () => {
  const rows = readTable<WrittenRow>('values').filter((row) => row.response !== undefined);
  expect(rows.length).toBeGreaterThan(50);
  expect(rows.map((row) => formatGoResponse(valueOf(row)))).toEqual(rows.map((row) => row.response));
});

function valueOf(row: WrittenRow): GoValue {
  return decodeGoJson(Buffer.from(row.in, 'base64'));
}

test('makes of the session in JSON what the program wrote in the text format', () => {
  // What the program sends is messages.
  const messages = readGoldenLines('text-values-as-json', 'stdout').map(
    (line) => decodeGoJson(line) as { type: string; response: GoValue },
  );
  const text = messages.slice(1).map(({ type, response }) => `[${type}] ${formatGoResponse(response)}\n\n`);
  // The first line is a log line, with a time.
  const said = readGoldenLines('text-values', 'stdout').slice(1).join('\n');
  expect(text.join('')).toBe(`${said}\n`);
});

test.each<[GoValue, string]>([
  [null, '<nil>'],
  [true, '%!s(bool=true)'],
  [1.5, '%!s(float64=1.5)'],
  [100000, '%!s(float64=100000)'],
  [1000000, '%!s(float64=1e+06)'],
  [0.0001, '%!s(float64=0.0001)'],
  [0.00001, '%!s(float64=1e-05)'],
  [1e100, '%!s(float64=1e+100)'],
  [-0, '%!s(float64=-0)'],
  ['a "b" \n', 'a "b" \n'],
  [[1, ['a'], []], '[%!s(float64=1) [a] []]'],
  [{ b: null, a: {} }, 'map[a:map[] b:<nil>]'],
])('formats %j as %j', (value, text) => {
  expect(formatGoValue(value)).toBe(text);
});

test('formats a response of null as an empty map', () => {
  expect(formatGoResponse(null)).toBe('map[]');
});

test('formats a value 10,000 deep', () => {
  const value = decodeGoJson(Buffer.from(`${'['.repeat(10_000)}${']'.repeat(10_000)}`));
  expect(formatGoValue(value)).toHaveLength(20_000);
});
