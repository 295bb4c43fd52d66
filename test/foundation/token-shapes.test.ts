import { expect, test } from 'vitest';
import { findShapes } from '../../src/foundation/find-shapes.ts';
import { tokenShapes } from '../../src/foundation/token-shapes.ts';
import { madeSecrets } from '../support/made-secrets.ts';

test.each(madeSecrets.map(({ kind, value, around = ['', ''] }) => [kind, value, around] as const))(
  'finds a secret of the kind %s, and nothing else around it',
  (kind, value, [before, after]) => {
    const escaped = JSON.stringify(JSON.stringify({ a: `${before}${value}${after}` }));
    const inner = JSON.stringify(JSON.stringify(value).slice(1, -1)).slice(1, -1);
    for (const [text, secret] of [
      [`${before}${value}${after}`, value],
      [`It is ${before}${value}${after} and no other.`, value],
      [escaped, inner],
    ] as const)
      expect(findShapes(text).map(({ start, end, kind: found }) => [found, text.slice(start, end)])).toEqual([
        [kind, secret],
      ]);
  },
);

test('every kind of the table has an example', () => {
  expect([...new Set(madeSecrets.map(({ kind }) => kind))].toSorted()).toEqual(
    [...new Set(tokenShapes.map(({ kind }) => kind))].toSorted(),
  );
});

test('every beginning has at least three characters of ASCII', () => {
  for (const { start } of tokenShapes) for (const one of start) expect(one).toMatch(/^[\x20-\x7e]{3,}$/);
});

test('a secret part, where a shape has one, ends it', () => {
  for (const { value, around = ['', ''] } of madeSecrets) {
    const [found] = findShapes(`${around[0]}${value}${around[1]}`);
    expect(found).toMatchObject({ start: around[0].length, end: around[0].length + value.length });
  }
});

test.each([
  'risk-assessment of a task-force with sk-learn and sk-something-that-is-long-but-prose',
  'Basic authentication is on, Bearer authentication, Bearer authorization-challenge, the Basic Information page',
  'http://localhost:8080/a@b, https://host:443, https://user@host/path, ssh://git@github.com:22/x',
  'see https://user:***@host, https://user:****@host and https://user:[redacted:url_password:00112233445566778899aabbccddeeff]@host',
  'https://[redacted:user:00112233445566778899aabbccddeeff]@host',
  '[redacted:openai_key:00112233445566778899aabbccddeeff] Bearer [redacted:bearer_token:00112233445566778899aabbccddeeff]',
  'a key begins with -----BEGIN PRIVATE KEY----- and ends with -----END PRIVATE KEY-----',
  '-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----',
  'app-engine, app-aaaaaaaaaaaaaaaaaaaaaaaa, app-0123456789abcdef01234567890, dataset-of-many-things-we-have-here',
  'max_chunks=1 mode=chat total_tokens=17 tokenizer=cl100k_base sig=abc key-value pattern.of.things patent',
  'eyJhbGciOi, eyJ0.eyJ1.x, AKIA, MAKIAABCDEFGHIJKLMNOP1, SKU-12345, SG.12.34, hf_hub_download, npm_config_registry',
  ['xxgh', 'p_0123456789abcdefghijABCDEFGHIJ012345'].join(''),
])('prose and names are no secrets: %s', (text) => {
  expect(findShapes(text)).toEqual([]);
});

test.each([String.raw`\n`, String.raw`\t`, String.raw`\\n`, String.raw`\u0026`, '%3D', '"', '=', '-'])(
  'a token after %s begins there',
  (before) => {
    const token = ['gh', 'p_0123456789abcdefghijABCDEFGHIJ012345'].join('');
    expect(findShapes(`a${before}${token}`)).toEqual([
      { kind: 'github_token', start: 1 + before.length, end: 1 + before.length + token.length },
    ]);
  },
);

const hostile = [
  ...tokenShapes.flatMap(({ start }) => start),
  ...tokenShapes.flatMap(({ start }) => start.slice(0, 1).map((one) => `-${one}aA0`)),
  ...tokenShapes.flatMap(({ start }) => start.slice(0, 1).map((one) => `.${one}aA0aaaaaaaaaa`)),
  '://a:',
  '://a:b@',
  String.raw`://a:\u0026`,
  '-----BEGIN PRIVATE KEY-----',
  String.raw`-----BEGIN PRIVATE KEY-----\n`,
  'Bearer a',
  'eyJaaaaaaaa.',
  String.raw`\neyJ`,
  '12345678:AA',
  '\\',
];

test('half a megabyte of what shapes begin with is gone through', () => {
  // What takes a time that grows faster than its length would not end before the test is given up.
  for (const one of hostile) expect(findShapes(one.repeat(Math.ceil((1 << 19) / one.length)))).toBeInstanceOf(Array);
});
