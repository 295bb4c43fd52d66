import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRedactor, redactLines } from '../../support/redact-lines.ts';

const base64 = Buffer.from('a-secret-of-some-length').toString('base64');

test.each([
  ['a number', '{"pwd":"12345678"}', '{"a":[12345678,-12345678.5e3],"b":1712345678}', undefined],
  ['a number in JSON in JSON', '{"pwd":"12345678"}', String.raw`{"a":"{\"b\":12345678}"}`, undefined],
  ['a key', '{"db_password":"password"}', '{"db_password":1,"password":{"x":[]}}', undefined],
  ['what the quotes of a string belong to', '{"token":"\\"in quotes\\""}', '{"in quotes":["in quotes"]}', undefined],
  ['an escape before base64', '{"token":"a-secret-of-some-length"}', `{"a":"x\\n${base64}\\ny"}`, '{"a":"x\\n<token>'],
  [
    'an escape before base64',
    '{"token":"a-secret-of-some-length"}',
    `{"a":"x\\u003d${base64}"}`,
    '{"a":"x\\u003d<token>"}',
  ],
  ['a percent escape', '{"token":"a-secret-of-some-length"}', `{"a":"x%3D${base64}"}`, '{"a":"x%3D<token>"}'],
  ['an escape behind a backslash', '{"token":"abcdefgh\\\\"}', '{"a":"abcdefgh\\ny"}', '{"a":"<token>\\ny"}'],
  [
    'the end of a string in JSON',
    '{"token":"abcdefgh\\\\"}',
    String.raw`{"a":"{\"b\":\"abcdefgh\"}"}`,
    String.raw`{"a":"{\"b\":\"<token>\"}"}`,
  ],
  [
    'what is escaped elsewhere',
    '{"token":"abcdefgh"}',
    String.raw`{"a":"\u0061bcdefgh C:\\u0041 \u0042"}`,
    String.raw`{"a":"<token> C:\\u0041 \u0042"}`,
  ],
])('a secret does not take %s with it', (_, first, line, expected = line) => {
  const redacted = redactLines(first, line)[1] ?? '';
  expect(redacted.startsWith(expected)).toBe(true);
  expect(() => void JSON.parse(redacted)).not.toThrow();
});

const hostile = fc.string({
  minLength: 8,
  maxLength: 24,
  unit: fc.constantFrom(...Array.from('ab01\\"\'/%\n\t é🔑+=-_{}[]:,.')),
});
// No word, and not one character again and again: such come again as whole words, or not at all.
const letters = fc
  .string({ minLength: 11, maxLength: 23, unit: fc.constantFrom(...Array.from('abcdefgh0123_-')) })
  .map((text) => `${text}7`)
  .filter((text) => /[a-h]/.test(text));

test('whatever a secret is made of, lines stay JSON of the same shape and types', () => {
  fc.assert(
    fc.property(hostile, fc.jsonValue({ maxDepth: 3 }), (secret, value) => {
      const redactor = createRedactor();
      const said = { api_key: secret, value };
      const again = [
        value,
        `x${secret}y`,
        JSON.stringify({ b: secret, n: [secret] }),
        encodeURIComponent(secret),
        secret,
      ];
      for (const line of [said, again, { z: JSON.stringify(again) }].map((one) => JSON.stringify(one)))
        expect(shapeOf(JSON.parse(redactor.redactText(line)))).toEqual(shapeOf(JSON.parse(line)));
    }),
    { numRuns: 300 },
  );
});

test('a secret is found in every notation, in any company', () => {
  fc.assert(
    fc.property(letters, fc.string({ maxLength: 5 }), fc.string({ maxLength: 5 }), (secret, before, after) => {
      const redactor = createRedactor();
      redactor.redactText(JSON.stringify({ api_key: secret }));
      const text = `${before}${secret}${after}`;
      const inner = JSON.stringify({ a: text });
      const line = JSON.stringify({
        text,
        inner,
        deep: JSON.stringify({ inner }),
        hex: Buffer.from(text).toString('hex'),
      });
      expect(redactor.redactText(line)).not.toContain(secret);
      expect(redactor.redactText(line)).not.toContain(Buffer.from(secret).toString('hex'));
    }),
    { numRuns: 300 },
  );
});

test('what has no secret in it stays as it is, byte by byte', () => {
  const names = fc.constantFrom(
    'mode',
    'max_chunks',
    'total_tokens',
    'max_tokens',
    'name',
    'text',
    'type',
    'status_code',
  );
  fc.assert(
    fc.property(fc.dictionary(names, fc.jsonValue({ maxDepth: 2 })), fc.constantFrom(0, 1), (value, indent) => {
      const redactor = createRedactor();
      redactor.redactText('{"api_key":"something-else-entirely"}');
      const line = JSON.stringify({ a: value, b: JSON.stringify(value, null, indent) });
      expect(redactor.redactText(line)).toBe(line);
    }),
    { numRuns: 300 },
  );
});

/** A value with nothing of its strings but that they are some. */
function shapeOf(value: unknown): unknown {
  if (typeof value === 'string') return '';
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).map(([key, child]) => [key, shapeOf(child)]);
}
