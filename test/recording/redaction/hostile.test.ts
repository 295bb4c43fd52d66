import { expect, test } from 'vitest';
import { Redactor } from '../../../src/recording/redaction/redactor.ts';

const size = 1 << 20;

function fill(piece: string): string {
  return piece.repeat(Math.ceil(size / piece.length));
}

test.each([
  ['escaped apostrophes', [fill(String.raw`api_key=\'`)]],
  ['objects in objects', [fill('{"secret":')]],
  ['lists in lists', [fill('{"api_keys":[')]],
  ['codes', [fill('{"code":1},')]],
  ['queries without an end', [fill('?token=')]],
  ['headers in a line', [fill('Cookie: a=abcdefgh; ')]],
  ['pairs that are none', [fill('"name":"Authorization",')]],
  ['backslashes and an escape', [`${fill('\\')}\\u0041`]],
  ['a secret of backslashes', [String.raw`{"api_key":"\\\\\\\\\\\\\\\\!"}`, fill('\\')]],
  ['a long secret, and its beginnings', [`{"api_key":"${'a'.repeat(60_000)}"}`, fill(`${'a'.repeat(59_000)}b`)]],
  ['quotes', [fill('"')]],
  ['colons', [fill('://a:')]],
  ['names', [fill('api_key')]],
])('a megabyte of %s is gone through', (_, lines) => {
  const redactor = new Redactor({ key: 'the key of these tests, long enough', rules: { fields: new Set() } });
  // What takes a time that grows faster than its length would not end before the test is given up.
  expect(lines.map((line) => typeof redactor.redactText(line))).toEqual(lines.map(() => 'string'));
});
