import { expect, test } from 'vitest';
import { redactLines } from '../../support/redact-lines.ts';

const shell = String.raw`it's"a\pass<w>0rd&x$`;
const other = 'pä$$wörd-ñ9-🔑secret';
const chinese = '密码是我的秘密钥匙九号';
const words = 'correct horse battery 9staple';

const written: readonly (readonly [notation: string, secret: string, text: string])[] = [
  ['HTML', shell, String.raw`it&#x27;s&quot;a\pass&lt;w&gt;0rd&amp;x$`],
  ['HTML in decimals', shell, String.raw`it&#39;s&#34;a\pass&#60;w&#62;0rd&#38;x$`],
  ['XML', shell, String.raw`it&apos;s&quot;a\pass&lt;w&gt;0rd&amp;x$`],
  ['HTML that Go has escaped', shell, String.raw`it\u0026#39;s\u0026#34;a\pass\u0026lt;w\u0026gt;0rd\u0026amp;x$`],
  ['HTML in HTML', shell, String.raw`it&amp;#39;s&amp;quot;a\pass&amp;lt;w&amp;gt;0rd&amp;amp;x$`],
  ['JSON in HTML', shell, String.raw`it&#x27;s\&quot;a\\pass&lt;w&gt;0rd&amp;x$`],
  ['quotes of a shell', shell, String.raw`'it'\''s"a\pass<w>0rd&x$'`],
  ['other quotes of a shell', shell, String.raw`'it'"'"'s"a\pass<w>0rd&x$'`],
  ['backslashes of a shell', shell, String.raw`it\'s\"a\\pass\<w\>0rd\&x\$`],
  ['SQL', shell, String.raw`'it''s"a\pass<w>0rd&x$'`],
  ['CSV', shell, String.raw`"it's""a\pass<w>0rd&x$"`],
  ['bytes of Python', other, String.raw`p\xc3\xa4$$w\xc3\xb6rd-\xc3\xb19-\xf0\x9f\x94\x91secret`],
  ['ASCII of Python', other, String.raw`p\xe4$$w\xf6rd-\xf19-\U0001f511secret`],
  ['ASCII of Go', other, String.raw`p\u00e4$$w\u00f6rd-\u00f19-\U0001f511secret`],
  ['a regular expression', other, String.raw`pä\$\$wörd\-ñ9\-🔑secret`],
  ['a URL in a URL', other, encodeURIComponent(encodeURIComponent(other))],
  ['bytes without a letter', chinese, Array.from(Buffer.from(chinese), (byte) => `\\x${byte.toString(16)}`).join('')],
  ['a form in a form', words, 'correct%2Bhorse%2Bbattery%2B9staple'],
  ['ASCII of Python, behind a backslash', 'secret\\密;9', String.raw`secret\\\u5bc6;9`],
  ['a regular expression with no run of letters', "'é'--#=+_bp/a", String.raw`\'é\'\-\-\#\=\+\_bp\/a`],
  ['a percent sign in a URL in a URL', 'ab%c-secret', 'ab%2525c-secret'],
];

test.each(written)('a secret is found again in %s', (_, secret, text) => {
  const line = `before ${text} after`;
  const texts = [line, JSON.stringify({ line }), JSON.stringify({ inner: JSON.stringify({ line }) })];
  const [, ...redacted] = redactLines(JSON.stringify({ api_key: secret }), ...texts);
  // All of it, but for the quotes round it.
  for (const one of redacted) expect(one).toMatch(/before (?:\\*["'])?<api_key>(?:\\*["'])? after/);
});

const anywhere = (index: number, length = 8): string =>
  Array.from({ length }, (_, at) => String.fromCodePoint(0x4e00 + ((index * 7919 + at * 104_729) % 20_000))).join('');

test.each([
  ['the same character', (index: number) => `密${anywhere(index)}`],
  ['the same words', (index: number) => `密码是我的${anywhere(index)}`],
  ['and end in the same word', (index: number) => `密码是我的${anywhere(index, 3)}密码`],
  ['the same few letters', (index: number) => `密abc${anywhere(index)}`],
  ['the same many letters', (index: number) => `密sk-abc${anywhere(index)}`],
])('two thousand secrets that begin with %s are told apart', (_, create) => {
  const secrets = Array.from({ length: 2000 }, (__, index) => create(index));
  const first = `${create(0).slice(0, 4)}，`;
  const lines = [...secrets.map((password) => JSON.stringify({ password })), first.repeat(40_000), secrets.join('，')];
  const [nothing = '', all = ''] = redactLines(...lines).slice(-2);
  expect(nothing).toBe(first.repeat(40_000));
  expect(all.replaceAll('<password>，', '')).toBe('<password>');
});
