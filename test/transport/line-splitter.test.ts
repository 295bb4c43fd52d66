import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from '../../src/transport/line-splitter.ts';
import { longestRequest } from '../../src/protocol/limits.ts';
import { cutAt, cuts, lineBytes } from '../support/chunks.ts';

/** All lines of these chunks, the end of input included, as Latin-1. */
function split(chunks: readonly Buffer[], longest = longestRequest): { lines: string[]; isListening: boolean[] } {
  const splitter = new LineSplitter(longest);
  const lines: string[] = [];
  const visit = (line: Buffer): void => void lines.push(line.toString('latin1'));
  const isListening = chunks.map((chunk) => splitter.push(chunk, visit));
  splitter.end(visit);
  return { lines, isListening };
}

/** What the splitting comes to by its rule: a line with its newline, or a rest without one, may be so long. */
function expectedLines(bytes: Buffer, longest: number): string[] {
  const pieces = bytes.toString('latin1').split('\n');
  const rest = pieces.pop() ?? '';
  const tooLong = pieces.findIndex((line) => line.length + 1 > longest);
  if (tooLong >= 0) return pieces.slice(0, tooLong);
  return rest === '' || rest.length >= longest ? pieces : [...pieces, rest];
}

test('gives the same lines however the bytes are cut', () => {
  fc.assert(
    fc.property(lineBytes, cuts, (bytes, places) => {
      expect(split(cutAt(bytes, places)).lines).toEqual(expectedLines(bytes, longestRequest));
    }),
    { numRuns: 500 },
  );
});

test('goes deaf at the same line however the bytes are cut', () => {
  fc.assert(
    fc.property(lineBytes, cuts, fc.integer({ min: 1, max: 20 }), (bytes, places, longest) => {
      const { lines, isListening } = split(cutAt(bytes, places), longest);
      expect(lines).toEqual(expectedLines(bytes, longest));
      // Once deaf, for good.
      expect(isListening.toSorted((a, b) => Number(b) - Number(a))).toEqual(isListening);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ['keeps a CRLF that spans two chunks', ['a\r', '\nb\n'], ['a\r', 'b']],
  ['gives empty lines', ['\n', '\n\n'], ['', '', '']],
  ['gives a last line without a newline at the end of input', ['a\nb', 'c'], ['a', 'bc']],
  ['gives a lone carriage return at the end of input', ['a\n\r'], ['a', '\r']],
  ['gives nothing for an end of input behind a newline', ['a\n', ''], ['a']],
  ['keeps NUL and U+2028 inside a line', ['\0', '\u2028\n'], ['\0\u2028']],
])('%s', (_, chunks, lines) => {
  expect(split(chunks.map((chunk) => Buffer.from(chunk))).lines).toEqual(
    lines.map((line) => Buffer.from(line).toString('latin1')),
  );
});

test.each([
  ['passes a line that has exactly 15 MiB with its newline', longestRequest - 1, '\n', true],
  ['goes deaf at one byte more', longestRequest, '\n', false],
  ['passes a last line without a newline that has one byte less than 15 MiB', longestRequest - 1, '', true],
  ['goes deaf at a last line without a newline of 15 MiB', longestRequest, '', false],
  ['counts the carriage return of a CRLF', longestRequest - 1, '\r\n', false],
])('%s', (_, length, ending, passes) => {
  for (const size of [length + 2, 65_536]) {
    const bytes = Buffer.from('x'.repeat(length) + ending);
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_piece, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
    const { lines, isListening } = split([...chunks, Buffer.from(ending === '' ? '' : 'after\n')]);
    expect(lines.map((line) => line.length)).toEqual(
      passes ? [length + ending.length - (ending === '' ? 0 : 1), ...(ending === '' ? [] : [5])] : [],
    );
    expect(isListening.at(-1)).toBe(passes);
  }
});

test('gives the lines before the one that is too long, and nothing after it', () => {
  const { lines, isListening } = split(
    ['one\ntwo\n', 'three and more\nfour\n', 'five\n'].map((text) => Buffer.from(text)),
    8,
  );
  expect(lines).toEqual(['one', 'two']);
  expect(isListening).toEqual([true, false, false]);
});
