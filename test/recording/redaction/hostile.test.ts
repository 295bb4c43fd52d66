import { expect, test } from 'vitest';
import { Redactor } from '../../../src/recording/redaction/redactor.ts';

const size = 1 << 20;

function fill(piece: string): string {
  return piece.repeat(Math.ceil(size / piece.length));
}

const odd = Array.from(
  { length: 100 },
  (_, index) => `{"password":"${String.fromCodePoint(0x5bc6 + index)}码长度不能少于八位字"}`,
);

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
  ['labels in Chinese', [fill('密码')]],
  ['labels that are escaped', [fill(String.raw`\u5bc6\u7801`)]],
  ['labels and backslashes', [fill(`密码${'\\'.repeat(40)}`)]],
  ['keys of Markdown', [fill('**API Key')]],
  ['labels and blanks', [fill(`password${' '.repeat(40)}`)]],
  ['tags', [fill('<password>')]],
  ['tags that are escaped', [fill(String.raw`\u003cpassword\u003e`)]],
  ['rows of a table', [fill('| password ')]],
  ['pairs of YAML', [fill(String.raw`- name: TOKEN\n value:`)]],
  ['flags of curl', [fill('curl -u a')]],
  ['flags without a program', [fill(' -u')]],
  ['logins', [fill('login -u ')]],
  ['databases', [fill('mysql ')]],
  ['quotes of a secret and of a shell', [`{"api_key":"${"abcdef'".repeat(40)}x"}`, fill("abcdef'\\''")]],
  ['a secret of ampersands', [`{"api_key":"abcdef${'&'.repeat(40)}x"}`, fill('abcdef&amp;')]],
  ['colons', [fill('://a:')]],
  ['names', [fill('api_key')]],
  ['names with a colon', [fill('password: ')]],
  ['values that are code', [fill('token: a.b(')]],
  ['texts without an end', [`{"a":"${fill("token: '")}"}`]],
  ['a secret of one letter, and that letter', [`{"api_key":"${'a'.repeat(40)}b"}`, fill('a')]],
  ['a secret of marks, and those', [`{"api_key":"${'$'.repeat(40)}%"}`, fill('$')]],
  ['secrets without a letter of ASCII', [...odd, `{"a":"${fill('密码长度不能少于八位')}"}`]],
  ['such secrets, escaped', [...odd, `{"a":"${fill(String.raw`\u5bc6\u7801`)}"}`]],
])('a megabyte of %s is gone through', (_, lines) => {
  const redactor = new Redactor({ key: 'the key of these tests, long enough', rules: { fields: new Set() } });
  // What takes a time that grows faster than its length would not end before the test is given up.
  expect(lines.map((line) => typeof redactor.redactText(line))).toEqual(lines.map(() => 'string'));
});
