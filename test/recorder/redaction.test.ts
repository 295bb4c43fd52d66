import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { splitPlaceholders } from '../../src/foundation/placeholder.ts';
import { makeFile, makeFolder } from '../support/files.ts';
import { program, readLines, record, recordCommand, start } from '../support/recorder.ts';
import { request } from '../support/recordings.ts';
import { leaksIn, namedSecrets, shapedSecrets } from '../support/leaks.ts';

const key = 'the key of these tests, long enough';
const asked = [
  ...shapedSecrets.map((secret, index) => ({
    secret,
    line: request(`s${index}`, { note: `use ${secret} please`, echo: { secret } }),
  })),
  ...namedSecrets.map(([name, secret], index) => ({
    secret,
    line: request(`n${index}`, { credentials: { [name]: secret, mode: 'chat', max_chunks: '1' }, echo: { secret } }),
  })),
];
const secrets = asked.map(({ secret }) => secret);
const input = asked.map(({ line }) => `${line}\n`).join('');

test(`of ${asked.length} secrets none reaches the disk, wherever a plugin says it again`, async () => {
  const { code, stdout, file, lines, stderr } = await record(program('parrot.mjs'), {
    input,
    env: { REPRISE_KEY: key },
  });
  expect(code).toBe(0);
  expect(leaksIn(dirname(file), secrets)).toEqual([]);
  // What passes is as it was.
  for (const secret of secrets) expect(stdout.toString()).toContain(JSON.stringify(`answer ${secret}`));
  expect(stderr).toMatch(/secrets redacted in \d+ places: \d+ /);
  // Every line is still what it was: JSON of the same shape.
  const messages = lines.filter(({ from, stream }) => from !== undefined && stream === undefined);
  expect(messages.every((line) => 'message' in line)).toBe(true);
  expect(
    lines
      .filter(({ raw }) => raw.includes('max_chunks'))
      .every(({ raw }) => raw.includes('"mode":"chat","max_chunks":"1"')),
  ).toBe(true);
});

test('none reaches the disk when the recorder is killed, either', async () => {
  const file = join(makeFolder(), 'recording.jsonl');
  const running = start(recordCommand(file, program('parrot.mjs')), { env: { REPRISE_KEY: key } });
  running.child.stdin.write(input);
  await running.says(`"n${namedSecrets.length - 1}","type":"plugin_invoke_end"`);
  running.child.kill('SIGKILL');
  await running.ended;
  expect(readLines(file).length).toBeGreaterThan(asked.length);
  expect(leaksIn(dirname(file), secrets)).toEqual([]);
});

test('equal secrets have equal placeholders, in other recordings of the project too, and others with another key', async () => {
  const line = `${request('1', { credentials: { api_key: 'one and the same' }, copy: { password: 'one and the same' } })}\n`;
  const placeholders = async (REPRISE_KEY: string): Promise<string[]> => {
    const { lines } = await record(['cat'], { input: line, env: { REPRISE_KEY } });
    return lines.flatMap(({ raw }) => splitPlaceholders(raw)?.placeholders.map(({ digest }) => digest) ?? []);
  };
  const [first, second, other] = [await placeholders(key), await placeholders(key), await placeholders(`${key}!`)];
  expect(new Set([...first, ...second]).size).toBe(1);
  expect(other).not.toContain(first[0]);
});

test('fields that the package marks as secret are redacted where credentials and settings are, from the first line on', async () => {
  const provider = 'credentials_for_provider:\n  pin:\n    type: secret-input\n  region:\n    type: text-input\n';
  const model =
    'provider_credential_schema:\n  credential_form_schemas:\n    - variable: unlock_words\n      type: secret-input\n';
  const files = { 'manifest.yaml': 'name: time\n', 'provider/time.yaml': provider, 'provider/model.yaml': model };
  const packed = makeFile(
    Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])))),
    'time.difypkg',
  );
  const credentials = { pin: 'four-digits', region: 'eu-central-1', unlock_words: 'open sesame' };
  const line = `${request('1', { credentials, pin: 'not a secret here' })}\n`;
  const { file, lines } = await record(['sh', '-c', 'cat', 'sh', packed], { input: line });
  expect(leaksIn(dirname(file), ['four-digits', 'open sesame'])).toEqual([]);
  expect(lines.map(({ raw }) => raw).join('')).toContain('"region":"eu-central-1"');
  expect(lines.map(({ raw }) => raw).join('')).toContain('"pin":"not a secret here"');
});

test('values of secret flags are taken out of the command that is recorded', async () => {
  const { file, lines } = await record([
    'true',
    '--api-key',
    'hidden-in-a-flag',
    '--token=hidden-behind-equals',
    'PASSWORD=hidden-in-a-variable',
    '--mode',
    'chat',
  ]);
  expect(leaksIn(dirname(file), ['hidden-in-a-flag', 'hidden-behind-equals', 'hidden-in-a-variable'])).toEqual([]);
  expect(lines[0]?.['command']).toEqual([
    'true',
    '--api-key',
    expect.stringContaining('[redacted:api-key:'),
    expect.stringMatching(/^--token=\[redacted:/),
    expect.stringMatching(/^PASSWORD=\[redacted:/),
    '--mode',
    'chat',
  ]);
});

test('what is asked to be redacted is, and what is asked to be kept stays', async () => {
  const line = `${request('1', { tool_parameters: { pin: 'my-pin-1', city: 'Rome' }, token: 'kept-token', note: 'employee E-12345' })}\n`;
  const { lines } = await record(['cat'], {
    input: line,
    options: ['--redact', '/request/tool_parameters/pin', '--redact', '/E-[0-9]+/', '--keep', '/request/token'],
  });
  const raw = lines.find(({ from }) => from === 'client')?.raw;
  expect(raw).toContain('"token":"kept-token"');
  expect(raw).toContain('"city":"Rome"');
  expect(raw).toMatch(/"pin":"\[redacted:pin:/);
  expect(raw).toMatch(/"note":"employee \[redacted:custom:[0-9a-f]{32}\]"/);
});

test.each([
  ['groups', '/(E|F)-0815/', 'employee E-0815', '-0815'],
  ['a group that fits nothing', '/(none)|E-125/', 'employee E-125', 'E-125'],
  ['escapes', '/Müller/', String.raw`Herr M\u00fcller`, String.raw`M\u00fcller`],
  ['an escaped pair', '/no 🎫 left/', String.raw`has no \ud83c\udfab left`, String.raw`\ud83c\udfab`],
  ['an escaped slash', String.raw`/a\/b-\d/`, String.raw`at a\/b-9`, String.raw`a\/b-9`],
  ['a quote', '/say "hi"/', String.raw`I say \"hi\"`, String.raw`say \"hi\"`],
  ['JSON in a text', '/"pin":"Zoë-\\d"/', String.raw`{\"pin\":\"Zo\\u00eb-1\"}`, String.raw`Zo\\u00eb-1`],
  ['anchors', String.raw`/^E-\d+$/`, 'E-12345', 'E-12345'],
  ['all that follows', '/E-.*/', 'employee E-0815 and more', '0815 and more'],
  ['anchors and a class', '/^tok-[^ ]+$/', 'tok-0815', 'tok-0815'],
  ['a class that is no anchor', '/tok=[^"&]+/', 'tok=0815', 'tok=0815'],
])('an expression is held against what a text means, and all that it fits goes: %s', async (_, wish, note, secret) => {
  const line = `{"invoke_id":"1","type":"tool","action":"invoke_tool","request":{"note":"${note}","city":"Rome"}}\n`;
  const { file, lines } = await record(['cat'], { input: line, options: ['--redact', wish] });
  expect(leaksIn(dirname(file), [secret])).toEqual([]);
  const raw = lines.find(({ from }) => from === 'client')?.raw;
  expect(raw).toMatch(/"note":"[^"]*\[redacted:custom:[0-9a-f]{32}\][^"]*","city":"Rome"\}/);
});

test.each([
  ['--redact', '/nowhere', 'leads nowhere: paths begin with /request or /response. Write it so.'],
  ['--redact', '/(/', 'is no regular expression that RE2 takes'],
  ['--redact', '/x*/', 'fits a text of nothing, and so every place. Mend it.'],
  ['--redact', '/request/pin/', "'/request/pin/' ends with '/', behind which a key without a name would stand."],
  ['--keep', '/request/pin/', "'/request/pin/' ends with '/', behind which a key without a name would stand."],
  ['--redact', '/x/g', "'/x/g' is no expression: behind its last slash may stand i, m and s."],
  ['--keep', 'request/x', "is no path, which begins with '/'"],
])('%s %s is refused', async (option, value, text) => {
  const { code, stderr } = await record(['cat'], { options: [option, value] });
  expect(code).toBe(2);
  expect(stderr).toContain(`reprise: Failed to read \`${option}\``);
  expect(stderr).toContain(text);
});

test('without redaction everything is kept, which is said even where nothing else is', async () => {
  const line = `${request('1', { credentials: { api_key: 'left as it was' } })}\n`;
  const { file, stderr } = await record(['cat'], { input: line, options: ['--no-redact', '--quiet'] });
  expect(readFileSync(file, 'utf8')).toContain('left as it was');
  expect(stderr).toMatch(
    /secrets are NOT redacted: it holds keys and passwords as they are, and must not be shared\n$/,
  );
});

test('a secret that stands across the parts of a line that is too long does not reach the disk', async () => {
  const secret = `across-the-cut-${'x'.repeat(20)}`;
  const front = '{"credentials":{"api_key":"across-the-cut-xxxxxxxxxxxxxxxxxxxx"},"a":"';
  for (const shift of [0, 10, 30]) {
    const filler = 'f'.repeat((16 << 20) - front.length - shift);
    const { file, lines } = await record(['sh', '-c', 'cat >/dev/null'], {
      input: `${front}${filler}${secret} and more"}\n`,
    });
    expect(leaksIn(dirname(file), [secret])).toEqual([]);
    expect(lines.filter((line) => line['part'] === true)).toHaveLength(1);
  }
});

test('a private key that is spoken of takes nothing with it', async () => {
  const log = [
    'no start line (expecting "-----BEGIN PRIVATE KEY-----")',
    'GET /app/storage/cwd/plugin/main',
    'it begins with -----BEGIN PRIVATE KEY-----',
    'com/example/service/SomeVeryLongClassName started',
    'a/path/that/stands/at/the/end/of/a/line',
  ];
  const { lines } = await record(['sh', '-c', 'printf "%s\\n" "$@" >&2', 'sh', ...log]);
  const logged = lines.filter((line) => line.stream === 'stderr' && 'text' in line).map((line) => line['text']);
  expect(logged).toEqual(log);
});

test('a private key that is logged line by line does not reach the disk', async () => {
  const lines = ['MIIEowIBAAKCAQEAx', 'b3JkaW5hcnkgdGV4dCBpbiBiYXNlNjQ'].map((line) => line.padEnd(64, 'Zx9'));
  const log = [
    '-----BEGIN RSA PRIVATE KEY-----',
    ...lines,
    '-----END RSA PRIVATE KEY-----',
    'afterwardsitgoesonasitwas',
  ];
  const { file, lines: kept } = await record(['sh', '-c', 'printf \'WARN message="%s"\\n\' "$@" >&2', 'sh', ...log]);
  const logged = kept.filter((line) => line.stream === 'stderr' && 'text' in line).map((line) => line['text']);
  expect(logged).toHaveLength(5);
  expect(logged[4]).toBe('WARN message="afterwardsitgoesonasitwas"');
  expect(readFileSync(file, 'utf8').split('\n').slice(1).join('\n')).not.toMatch(
    new RegExp(lines.map((line) => line.slice(0, 20)).join('|')),
  );
});
