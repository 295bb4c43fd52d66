import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { makeFile, makeFolder } from '../support/files.ts';
import { madeSecrets } from '../support/made-secrets.ts';
import { quoted } from '../support/recorder.ts';
import { reprise } from '../support/run.ts';

const header = {
  format: 'reprise',
  version: 1,
  recorded_at: '2026-11-22T08:00:00.000Z',
  command: ['dify', 'plugin', 'run'],
  recorder: { name: 'reprise', version: '0.1.0', node: 'v20.20.2', platform: 'linux-x64' },
};
const secret = ['sk-', 'reprise-0123456789abcdef'].join('');
const placeholder = `[redacted:api_key:${'0123456789abcdef'.repeat(2)}]`;

function recording(lines: readonly unknown[], head: unknown = header): string {
  return [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
}

function said(message: unknown): unknown {
  return { at: 1, from: 'plugin', message };
}

function secretsOf(content: string | Buffer, name = 'x.jsonl'): Promise<string[]> {
  return secretsIn(makeFile(content, name));
}

/** The secrets that `check` tells of a file, as `line path kind`. */
async function secretsIn(file: string): Promise<string[]> {
  const { stdout } = await reprise(['check', '--json', file]);
  const { files } = JSON.parse(stdout) as {
    files: { findings: { kind: string; line: number; path: string; secret: string }[] }[];
  };
  return (files[0]?.findings ?? [])
    .filter(({ kind }) => kind === 'secret')
    .map((one) => `${one.line} ${one.path} ${one.secret}`);
}

test('a secret is told by line, path and kind, status 1, and its value nowhere', async () => {
  const file = makeFile(
    recording([said({ type: 'tool', request: { credentials: { api_key: secret } } })]),
    'my x.jsonl',
  );
  const result = await reprise(['check', file]);
  expect(result.exitCode).toBe(1);
  expect(result.stdout).toContain(`${file}:2: secret: /request/credentials/api_key holds an api_key\n`);
  expect(result.stderr).toBe(
    `reprise: ${file} holds secrets. Take them out with \`reprise redact ${quoted([file])}\`; revoke those that others have seen.`,
  );
  expect(result.stdout + result.stderr).not.toContain(secret);
});

test('kinds are told as they are spoken', async () => {
  const credentials = { user_password: 'k9#mQ2vLx7', app_secret: 'k9#mQ2vLx8' };
  const { stdout } = await reprise(['check', makeFile(recording([said({ request: { credentials } })]))]);
  expect(stdout).toMatch(/ holds a user_password\n[^]* holds an app_secret\n/);
});

test('secrets are found wherever a recording can hold them', async () => {
  const line = (fields: object): object => ({ at: 1, from: 'plugin', ...fields });
  const content = recording(
    [
      said({ request: { 'a/b~': [1, { password: 'hunter2' }] } }),
      said({ response: { error: `Error: {"api_key": "wrong"} at ${secret}` } }),
      said({ response: { result: JSON.stringify({ deep: JSON.stringify({ token: 'abc-def' }) }) } }),
      line({ stream: 'stderr', text: `WARNING key is ${secret}` }),
      line({ base64: Buffer.from(`\u00ff key ${secret}`, 'latin1').toString('base64') }),
      { at: 2, event: 'about', plugin: { name: secret } },
      said({ response: { [secret]: { password: 'hunter2' } } }),
      said(secret),
    ],
    { ...header, command: ['dify', '-k', secret] },
  );
  const found = [
    '1 /command/2 openai_key',
    '2 /request/a~1b~0/1/password password',
    '3 /response/error api_key',
    '3 /response/error openai_key',
    '4 /response/result token',
    '5 text openai_key',
    '6 base64 openai_key',
    '7 /plugin/name openai_key',
    '8 /response/* openai_key',
    '8 /response/*/password password',
    '9 message openai_key',
  ];
  expect(await secretsOf(content)).toEqual(found);
  expect(await secretsOf(gzipSync(content), 'x.jsonl.gz')).toEqual(found);
});

test('every shape is found in a request and in JSON in a string, and no value is told', async () => {
  const lines = madeSecrets.flatMap(({ value, around = ['', ''] }) => {
    const text = `${around[0]}${value}${around[1]}`;
    return [said({ request: { x: text } }), said({ response: { x: JSON.stringify({ y: text }) } })];
  });
  const { stdout, stderr } = await reprise(['check', '--json', makeFile(recording(lines), 'x.jsonl')]);
  const count = (JSON.parse(stdout) as { files: { finding_count: number }[] }).files[0]?.finding_count;
  expect(count).toBe(lines.length + 1); // it is not sealed
  for (const { value } of madeSecrets) expect(stdout + stderr).not.toContain(value.split('\n').at(-2) ?? value);
});

test('placeholders, and what is no secret, are not found', async () => {
  const content = recording([
    said({ request: { credentials: { api_key: placeholder, mode: 'chat' }, max_chunks: '1', total_tokens: 17 } }),
    said({ response: { error: `401 for https://a:${placeholder}@host.example, mongodb://u:${placeholder}@h/x` } }),
    said({ response: { header: `Authorization: Bearer ${placeholder}` } }),
    { at: 2, event: 'about', redaction: { key: '0123456789abcdef' } },
  ]);
  expect(await secretsOf(content)).toEqual([]);
});

test('a rule of secretlint finds what has no shape of our own, and no comment in a recording turns it off', async () => {
  const key = ['wJalrXUtnFEMI', 'K7MDENGabPxRfiCYabcdefghij', '9'].join('/');
  const content = recording([said({ response: { x: `secretlint-disable AWS_SECRET_ACCESS_KEY=${key}` } })]);
  expect((await secretsOf(content)).length).toBe(1);
});

test('what has been learned is found where nothing else tells it, and so is what stands in hexadecimal', async () => {
  const value = 'no-shape-at-all-4711';
  const raw = Buffer.from(`GET / HTTP/1.1\r\nAuthorization: Bearer ${value}x\r\n\r\n`).toString('hex');
  const content = recording([
    said({ request: { credentials: { api_key: value } } }),
    said({ response: { message: `is "${value}" right?`, data: Buffer.from(value).toString('base64') } }),
    said({ request: { raw_http_request: raw } }),
  ]);
  expect(await secretsOf(content)).toEqual([
    '2 /request/credentials/api_key api_key',
    '3 /response/message api_key',
    '3 /response/data api_key',
    '4 /request/raw_http_request Authorization',
  ]);
});

test('what the configuration wishes to be kept is not found, by no rule; what it wishes to be redacted is', async () => {
  const config = { keep: ['/request/credentials/api_key'], redact: ['/request/pin', String.raw`/cust-\d+/`] };
  const file = makeFile(
    recording([
      said({ request: { credentials: { api_key: ['gh', 'p_0123456789abcdefghijABCDEFGHIJ012345'].join('') } } }),
      said({ request: { pin: '4711', name: 'cust-12' } }),
    ]),
    'x.jsonl',
  );
  writeFileSync(join(dirname(file), 'reprise.config.json'), JSON.stringify(config));
  expect(await secretsIn(file)).toEqual(['3 /request/pin pin', '3 /request/name custom']);
  await reprise(['redact', file], { REPRISE_KEY: 'k'.repeat(20) });
  expect(await secretsIn(file)).toEqual([]);
});

test('what is asked on the command line counts as well, so that a redaction can be tried before it is done', async () => {
  const content = recording([said({ request: { pin: '4711', note: 'cust-12', api_key: secret } })]);
  const file = makeFile(content, 'x.jsonl');
  const config = makeFile('{"redact":["/cust-\\\\d+/"]}', 'other.json');
  expect(await secretsIn(file)).toEqual(['2 /request/api_key api_key']);
  const asked = ['--redact', '/request/pin', '--keep', '/request/api_key', '--config', config];
  const { exitCode, stdout } = await reprise(['check', file, '--json', ...asked]);
  expect(exitCode).toBe(1);
  expect(stdout.match(/"path":"[^"]*"/g)).toEqual(['"path":"/request/pin"', '"path":"/request/note"']);
  expect((await reprise(['check', file], { REPRISE_REDACT: 'pin' })).stderr).toContain(
    "`REPRISE_REDACT`: 'pin' is no path",
  );
  expect(readFileSync(file, 'utf8')).toBe(content);
});

test.each([
  ['redact', 'pin', "'pin' is no path, which begins with '/'. Give one such as /request/user_id."],
  ['redact', '/(/', '/(/ is no regular expression that RE2 takes: '],
  ['keep', '/request/pin/', "'/request/pin/' ends with '/', behind which a key without a name would stand."],
])('a mistake in the configuration is told by its file and line: %s %s', async (key, wish, text) => {
  const file = makeFile(recording([said({ request: {} })]), 'x.jsonl');
  const config = join(dirname(file), 'reprise.config.json');
  writeFileSync(config, `{\n  "ignore": [],\n  "${key}": ["${wish}"]\n}\n`);
  for (const command of ['check', 'redact']) {
    const { exitCode, stderr } = await reprise([command, file], { REPRISE_KEY: 'k'.repeat(20) });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`reprise: Failed to read ${config}:3: \`${key}\`: ${text}`);
  }
});

test('after a redaction, nothing of any shape is found', async () => {
  const lines = madeSecrets.map(({ value, around = ['', ''] }) =>
    said({ request: { x: `${around[0]}${value}${around[1]}`, y: JSON.stringify({ z: [`${around[0]}${value}`] }) } }),
  );
  const file = makeFile(recording(lines), 'x.jsonl');
  await reprise(['redact', file], { REPRISE_KEY: 'k'.repeat(20) });
  expect(await secretsIn(file)).toEqual([]);
});

test('a secret that is nested 10,000 deep is told with the ends of its path', async () => {
  const depth = 10_000;
  const message = `${'{"a":'.repeat(depth)}"${secret}"${'}'.repeat(depth)}`;
  const [found = ''] = await secretsOf(`${recording([])}{"at":1,"from":"plugin","message":${message}}\n`);
  expect(found).toMatch(/^2 (?:\/a){20}\/…(?:\/a){20} openai_key$/);
});

test('in GitHub Actions findings are annotations on stderr', async () => {
  const file = makeFile(recording([said({ request: { api_key: secret } })]), 'x.jsonl');
  const { stderr } = await reprise(['check', file], { GITHUB_ACTIONS: 'true' });
  expect(stderr).toContain(`::error file=${file},line=2,title=reprise%3A secret::/request/api_key holds an api_key\n`);
});

test('a stub is looked into: its options, what is packed in it, and what it plays from elsewhere', async () => {
  const folder = makeFolder();
  const file = makeFile(
    readFileSync('recordings/regex.jsonl', 'utf8')
      .replace(/"expression":"[^"]*"/, `"expression":"${secret}"`)
      .replace(/.*"event":"end".*\n/, ''),
    'made.jsonl',
  );
  const [packed, bare] = [join(folder, 'packed'), join(folder, 'bare')];
  const match = `/request/pin=/${secret}/`;
  expect(await reprise(['stub', file, '--embed', '-o', packed, '--match', match])).toMatchObject({ exitCode: 0 });
  expect(await reprise(['stub', file, '-o', bare])).toMatchObject({ exitCode: 0 });
  const inPacked = await reprise(['check', packed]);
  expect(inPacked.exitCode).toBe(1);
  expect(inPacked.stdout).toMatch(/packed:\d+: secret: \/variables\/REPRISE_MATCH holds an openai_key$/m);
  expect(inPacked.stdout).toMatch(
    /packed:\d+: secret: made\.jsonl:\d+:\/request\/tool_parameters\/expression holds an openai_key$/m,
  );
  expect(inPacked.stdout).toMatch(/packed: 2 findings: a stub with 1 recording in it$/m);
  const elsewhere = await reprise(['check', bare]);
  expect(elsewhere.exitCode).toBe(1);
  expect(elsewhere.stdout).toMatch(/bare: good: a stub with 0 recordings in it$/m);
  expect(elsewhere.stdout).toMatch(/made\.jsonl:\d+: secret: \/request\/tool_parameters\/expression holds/m);
  for (const { stdout, stderr } of [inPacked, elsewhere]) expect(stdout + stderr).not.toContain(secret);
});
