import { expect, test } from 'vitest';
import { decodeGoJson, type GoObject } from '../../src/protocol/go-decoder.ts';
import { readRules } from '../../src/replayer/read-rules.ts';

/** Whether an expression takes a text at `/request/a`; what it takes becomes the mark of its set. */
async function takes(expression: string, text: string): Promise<boolean> {
  const rules = await readRules({ ignore: [], match: [`/request/a=${expression}`] });
  // An object is reduced to one, as no rule is for the request itself.
  const request = decodeGoJson(Buffer.from(JSON.stringify({ a: text }))) as GoObject;
  const reduced = rules.reduce(request) as GoObject;
  return reduced['a'] !== text;
}

test.each([
  ['/^user-\\d+$/', 'user-1', true],
  ['/^user-\\d+$/', 'a user-1', false],
  ['/b/', 'abc', true],
  ['/B/', 'abc', false],
  ['/B/i', 'abc', true],
  ['/^b$/', 'a\nb\nc', false],
  ['/^b$/m', 'a\nb\nc', true],
  ['/a.b/', 'a\nb', false],
  ['/a.b/s', 'a\nb', true],
  ['/^B.C$/ims', 'a\nb\nc', true],
  ['/c$/', 'c\n', false],
  ['/a/b/', 'a/b', true],
  ['///', '/', true],
  ['/^.$/', '\u{1f600}', true],
  ['/^\\p{Greek}+$/', 'ελ', true],
  ['/^(?i:A)b$/', 'ab', true],
  ['/^$/', '', true],
  ['/^(a+)+$/', 'aab', false],
])('takes %s on %j for %s', async (expression, text, expected) => {
  expect(await takes(expression, text)).toBe(expected);
});

test.each([
  ['/(a+)+$/', 'a', '!', false],
  ['/^(a|aa)+$/', 'a', '!', false],
  ['/^(a|aa)+$/', 'a', 'a', true],
  ['/(.*)*(.*)*(.*)*x$/', 'a', '!', false],
  ['/^(([a-z])+.)+[A-Z]([a-z])+$/', 'a', '', false],
  ['/(a?){30}a{30}$/', 'a', '!', false],
  ['/\\s+$/', ' ', 'x', false],
])('is quick with %s on 16 KB', async (expression, text, end, expected) => {
  // A backtracking engine would need years for most of them.
  expect(await takes(expression, text.repeat(16_000) + end)).toBe(expected);
});

test('has no text of more than 16,384 characters in a set of an expression, whatever it says', async () => {
  expect(await takes('/a/', 'a'.repeat(16_384))).toBe(true);
  expect(await takes('/a/', 'a'.repeat(16_385))).toBe(false);
});

test.each([
  ['/(/', 'missing closing ): `(`'],
  ['/[/', 'missing closing ]: `[`'],
  ['/a**/', 'invalid nested repetition operator: `**`'],
  ['/*a/', 'missing argument to repetition operator: `*`'],
  ['/(a)\\1/', 'invalid escape sequence: `\\1`'],
  ['/(?=a)/', 'invalid or unsupported Perl syntax: `(?=`'],
  ['/(?<!a)b/', 'invalid named capture: `(?<!a)b`'],
  ['/(a{1000}){1000}/i', 'invalid repeat count: `{1000}`'],
])('refuses %s in words', async (expression, reason) => {
  const source = expression.slice(1, expression.lastIndexOf('/'));
  await expect(readRules({ ignore: [], match: [`/request/a=${expression}`] })).rejects.toMatchObject(
    refusal(
      `Failed to read \`--match\`: /${source}/ is no regular expression that RE2 takes: error parsing regexp: ${reason}. Mend it; there are no look-arounds and no back-references.`,
    ),
  );
});

test('refuses an expression that is nested thousands deep', async () => {
  const match = [`/request/a=/${'('.repeat(20_000)}a${')'.repeat(20_000)}/`];
  await expect(readRules({ ignore: [], match })).rejects.toThrow(
    'error parsing regexp: expression nests too deeply. Mend',
  );
});

function refusal(message: string): object {
  return { name: 'RepriseError', code: 'usage', message };
}

test.each([
  [
    { ignore: ['/request/a', 'a'], match: [] },
    "Failed to read `--ignore`: 'a' is no path, which begins with '/'. Give one such as /request/user_id.",
  ],
  [
    { ignore: [], match: ['/request/a=uuid', '/type=string'] },
    "Failed to read `--match`: '/type' is always compared: it tells what is asked for. Paths lead into /request.",
  ],
  [
    { ignore: [], match: ['/request/a=b'] },
    "Failed to read `--match`: '/request/a=b' names no set: 'b'. Give PATH=SET with uuid, date, number, string or a regular expression between slashes, as in /request/id=uuid.",
  ],
])('refuses %j in words', async (texts, message) => {
  await expect(readRules(texts)).rejects.toMatchObject(refusal(message));
});

const tooMany = (count: number): string =>
  `Failed to read what is ignored and loosened: ${count} paths are too many. Join some of them by \`*\` and \`**\`.`;

test('refuses more than 10,000 steps in all paths together, and more than 1,000 in those with **', async () => {
  const ignore = Array.from({ length: 4999 }, (_, index) => `/request/k${index}`);
  const { request } = await readRules({ ignore, match: ['/request/x=uuid'] });
  expect(request?.next('k4998').accepted).toEqual(['ignored']);
  await expect(readRules({ ignore, match: ['/request/x/y=uuid'] })).rejects.toThrow(tooMany(5000));
  const stars = Array.from({ length: 48 }, (_, index) => `/request${'/**/*'.repeat(10)}/k${index}`);
  await expect(readRules({ ignore: stars, match: [] })).rejects.toThrow(tooMany(48));
  expect((await readRules({ ignore: stars.slice(3), match: [] })).request).toBeDefined();
});

test('gives the rules that are ignored before those that are loosened, each where it leads', async () => {
  const { request } = await readRules({ ignore: ['/request/**/a'], match: ['/request/a=number', '/*/b=/x/'] });
  expect(request?.accepted).toEqual([]);
  expect(request?.next('a').accepted).toEqual(['ignored', expect.objectContaining({ name: 'number' })]);
  expect(request?.next('b').accepted).toEqual([expect.objectContaining({ name: '/x/', words: 'a string like /x/' })]);
  expect(request?.next('b').next('a').accepted).toEqual(['ignored']);
});

test('has nothing to say of a request where there are no rules', async () => {
  expect((await readRules({ ignore: [], match: [] })).request).toBeUndefined();
});
