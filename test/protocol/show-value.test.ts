import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSecretName } from '../../src/foundation/secret-names.ts';
import { decodeGoJson, type GoValue } from '../../src/protocol/go-decoder.ts';
import { encodeGoValue } from '../../src/protocol/go-encoder.ts';
import { isSecretPath, maskSecrets } from '../../src/protocol/mask-secrets.ts';
import { escapeKey } from '../../src/protocol/path-pattern.ts';
import { showPair } from '../../src/protocol/show-value.ts';

function decode(value: unknown): GoValue {
  return decodeGoJson(Buffer.from(JSON.stringify(value)));
}

/** What is shown of two values, JSON but for undefined. */
function show(recorded: unknown, received: unknown, path = '/request/a'): [recorded: string, received: string] {
  const [left, right] = [recorded, received].map((value) => (value === undefined ? undefined : decode(value)));
  const pair = showPair({ path, recorded: left, received: right, expected: [] });
  return [pair.recorded, pair.received];
}

const long = 'x'.repeat(100);

test.each([
  [undefined, null, 'nothing', 'null'],
  [1, '1', '1', "'1'"],
  [true, 'true', 'true', "'true'"],
  ['nothing', undefined, "'nothing'", 'nothing'],
  [-1.5e300, 0, '-1.5e+300', '0'],
  ['', 'a', "''", "'a'"],
  [[], {}, '[]', '{}'],
  [[1], [[], 2], 'a list of 1', 'a list of 2'],
  [{ a: 1 }, 1, 'an object with a', '1'],
  [
    { a: 1, b: 2, c: 3 },
    { a: 1, b: 2, c: 3, d: 4, e: 5 },
    'an object with a, b and c',
    'an object with a, b, c and 2 more',
  ],
  [{ [long]: 1 }, 1, `an object with ${long.slice(0, 60)}`, '1'],
  [{ 'a"b\nc': 1 }, 1, 'an object with a`b\\nc', '1'],
  ['say "hi"\r\n\tnow', 'x', "'say `hi`\\r\\n\\tnow'", "'x'"],
  ['a\u0000b\u2028c\u0085', 'x', "'a?b?c?'", "'x'"],
  [long.slice(0, 60), 'y', `'${long.slice(0, 60)}'`, "'y'"],
  [long.slice(0, 61), 'y', `'${long.slice(0, 60)}...' (61 characters)`, "'y'"],
  [`${long}left`, `${long}right`, "'...xxxxxxxxxxxxleft' (104 characters)", "'...xxxxxxxxxxxxright' (105 characters)"],
  [
    `left${long}`,
    `right${long}`,
    `'left${long.slice(0, 56)}...' (104 characters)`,
    `'right${long.slice(0, 55)}...' (105 characters)`,
  ],
  ['😀'.repeat(31), 'y', `'${'😀'.repeat(30)}...' (31 characters)`, "'y'"],
  [`a${'😀'.repeat(31)}`, 'y', `'a${'😀'.repeat(30)}...' (32 characters)`, "'y'"],
  [
    `${'😀'.repeat(40)}a`,
    `${'😀'.repeat(40)}b`,
    `'...${'😀'.repeat(6)}a' (41 characters)`,
    `'...${'😀'.repeat(6)}b' (41 characters)`,
  ],
  [long, `${long}x`, "'...xxxxxxxxxxxx' (100 characters)", "'...xxxxxxxxxxxxx' (101 characters)"],
])('shows %j and %j as words that can be told apart', (recorded, received, left, right) => {
  expect(show(recorded, received)).toEqual([left, right]);
});

test.each([
  ['composed and decomposed', 'é', 'e\u0301', "'\\u00e9'", "'e\\u0301'"],
  ['a space that does not break', 'a b', 'a\u00a0b', "'a b'", "'a\\u00a0b'"],
  ['a space of another script', 'a b', 'a\u1680b', "'a b'", "'a\\u1680b'"],
  ['what is not seen', 'ab', 'a\u200bb', "'ab'", "'a\\u200bb'"],
  ['what is wide', 'A', '\uff21', "'A'", "'\\uff21'"],
  ['quotes', '"', '`', "'`'", 'another one that looks the same'],
  ['control characters', '\u0001', '\u0002', "'?'", 'another one that looks the same'],
])('tells apart what looks the same: %s', (_, recorded, received, left, right) => {
  expect(show(recorded, received)).toEqual([left, right]);
});

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: fc.constantFrom('a', '"', "'", '\n', '\u200b', '\u{1f600}', ' '), maxLength: 150 }),
);

test('shows any two values differently, on one line without double quotes', () => {
  const value = fc.oneof(
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(null, true, undefined),
  );
  const object = fc.dictionary(text, fc.constant(1)).map(decode);
  fc.assert(
    fc.property(fc.oneof(value, object), value, fc.boolean(), (one, other, isFirst) => {
      // Zero has one face.
      fc.pre(one !== other);
      const [recorded, received] = isFirst ? [one, other] : [other, one];
      const shown = showPair({ path: '/request/a', recorded, received, expected: [] });
      expect(shown.recorded).not.toBe(shown.received);
      for (const words of Object.values(shown)) expect(words).toMatch(/^[^"\p{Cc}\p{Surrogate}\u2028\u2029]{1,1000}$/u);
    }),
    { numRuns: 2000 },
  );
});

const secretNames = [
  'api_key',
  'apiKey',
  'X-Api-Key',
  'x_api_key',
  'APIKEY',
  'Authorization',
  'Proxy-Authorization',
  'access_token',
  'refreshToken',
  'token',
  'client_secret',
  'AWS_SECRET_ACCESS_KEY',
  'accessKeyId',
  'private_key',
  'privateKey',
  'signing-key',
  'password',
  'db.password',
  'passwd',
  'passphrase',
  'cookie',
  'Set-Cookie',
  'session_id',
  'jwt',
  'bearer',
  'openai_api_key',
];

const plainNames = [
  'total_tokens',
  'max_tokens',
  'maxTokens',
  'tokenizer',
  'mode',
  'model',
  'max_chunks',
  'key',
  'keys',
  'public_key',
  'api',
  'access',
  'session',
  'author',
  'secretary',
  'cookiecutter',
  'monkey',
  '',
  '0',
  '__proto__',
];

test.each(secretNames)('takes what is called %s for a secret', (name) => {
  expect(isSecretName(name)).toBe(true);
  expect(isSecretPath(`/request/${name}/0/a`)).toBe(true);
  expect(show('hunter2', 'hunter3', `/request/${name}`)).toEqual(['a secret of 7 characters', 'another one']);
  expect(maskSecrets(decode({ [name]: 'hunter2' }), '/request')).toEqual(
    decode({ [name]: '[secret of 7 characters]' }),
  );
});

test.each(plainNames)("takes what is called '%s' for no secret", (name) => {
  expect(isSecretName(name)).toBe(false);
  expect(isSecretPath(`/request/${name}/0/a`)).toBe(false);
  expect(show('a', 'b', `/request/${name}`)).toEqual(["'a'", "'b'"]);
  expect(maskSecrets(decode({ [name]: 'a' }), '/request')).toEqual(decode({ [name]: 'a' }));
});

test.each([
  ['hunter2', 'hunter23', 'a secret of 7 characters', 'a secret of 8 characters'],
  ['hunter2', undefined, 'a secret of 7 characters', 'nothing'],
  ['😀', '', 'a secret of 1 character', "''"],
  ['', 'hunter2', "''", 'a secret of 7 characters'],
  [null, 'hunter2', 'null', 'a secret of 7 characters'],
  [['hunter2'], 'hunter2', 'a list of 1', 'a secret of 7 characters'],
  [{ key: 'hunter2' }, [], 'an object with key', '[]'],
])('shows no character of a secret: %j and %j', (recorded, received, left, right) => {
  expect(show(recorded, received, '/request/credentials/password')).toEqual([left, right]);
  expect(show(recorded, received, '/request/cookie/0/a')).toEqual([left, right]);
});

test.each(['/token', '~token', 'a/api_key', '~/password', 'https://x/token'])(
  'knows the secret name %s in a pointer, too',
  (name) => {
    expect(isSecretName(name)).toBe(true);
    expect(isSecretPath(`/request/${escapeKey(name)}`)).toBe(true);
  },
);

test.each([
  ['/request', { a: 'x', token: 'hunter2' }, { a: 'x', token: '[secret of 7 characters]' }],
  ['/request', { token: { a: ['hunter2', 1, null, ''] } }, { token: { a: ['[secret of 7 characters]', 1, null, ''] } }],
  ['/request', [[{ token: ['😀'] }, 'x']], [[{ token: ['[secret of 1 character]'] }, 'x']]],
  ['/request/cookie', ['a', { b: 'c' }], ['[secret of 1 character]', { b: '[secret of 1 character]' }]],
  ['/request/cookie', 'abc', '[secret of 3 characters]'],
  ['/request/a', 'abc', 'abc'],
  ['/request/total_tokens', { a: 'abc' }, { a: 'abc' }],
  ['/request', null, null],
])('masks the secrets at %s of %j', (path, value, masked) => {
  const given = decode(value);
  expect(maskSecrets(given, path)).toEqual(decode(masked));
  expect(given).toEqual(decode(value));
});

/** The simplest way of masking there is. */
function masked(value: unknown, isSecret: boolean): unknown {
  if (typeof value === 'string') return isSecret && value !== '' ? `[secret of ${value.length} characters]` : value;
  if (Array.isArray(value)) return value.map((one) => masked(one, isSecret));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, masked(one, isSecret || secretNames.includes(key))]),
  );
}

test('masks all texts below secret names and nothing else', () => {
  const value = fc.object({
    key: fc.constantFrom(...secretNames, ...plainNames),
    values: [fc.constantFrom('hunter2', '', 'password', 1, null, true)],
    maxDepth: 4,
  });
  fc.assert(
    fc.property(value, (value) => {
      // As text: what has a key `__proto__` of its own is compared too.
      expect(encodeGoValue(maskSecrets(decode(value), '/request'))).toBe(encodeGoValue(decode(masked(value, false))));
    }),
    { numRuns: 500 },
  );
});

test('masks what is 9,998 deep, and a secret of a megabyte', () => {
  const nested = (inner: string): GoValue =>
    decodeGoJson(Buffer.from(`{"token":${'{"a":['.repeat(4998)}"${inner}"${']}'.repeat(4998)}}`));
  expect(encodeGoValue(maskSecrets(nested('x'.repeat(1 << 20)), '/request'))).toBe(
    encodeGoValue(nested('[secret of 1048576 characters]')),
  );
});
