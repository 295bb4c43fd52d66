import { mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { makeFile, makeFolder } from '../support/files.ts';
import {
  acknowledgement,
  client,
  end,
  header,
  plugin,
  renderRecording,
  request,
  response,
  startUp,
} from '../support/recordings.ts';
import { quoted } from '../support/recorder.ts';
import { reprise, root } from '../support/run.ts';
import { check, whole, said } from '../support/checked.ts';

const folder = join(root, 'test/fixtures/recordings');

test('a good recording is told to be so, status 0', async () => {
  expect(await check(whole)).toEqual({
    exitCode: 0,
    stdout: 'x.jsonl: good: 8 lines, 6 messages, 1 invocation',
    stderr: '',
  });
});

test('a packed recording is checked too', async () => {
  expect(await check(gzipSync(whole), 'x.jsonl.gz')).toMatchObject({
    exitCode: 0,
    stdout: 'x.jsonl.gz: good: 8 lines, 6 messages, 1 invocation',
  });
});

test('nothing is found in what the recorder made of the golden sessions', async () => {
  const { exitCode, stdout, stderr } = await reprise(['check', folder]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const short = stdout.replaceAll(`${folder}/`, '').split('\n');
  expect(short).toHaveLength(readdirSync(folder).length + 4);
  expect(short).toContain('plugin-exits.jsonl:17: note: invocation 2, "d1" invoke_tool, never ended');
  expect(short).toContain('tcp.jsonl:44: note: invocation 7, "gone" invoke_tool, never ended');
  expect(short).toContain(
    'text.jsonl: note: it is in the text format, so that there is no order to check; it can not be replayed',
  );
});

test('finds a seal that counts other lines', async () => {
  const { exitCode, stdout } = await check(whole.replace('"lines":7', '"lines":9'));
  expect({ exitCode, stdout }).toEqual({
    exitCode: 1,
    stdout:
      'x.jsonl:8: seal: the seal counts 9 lines, and 7 are before it\nx.jsonl: 1 finding: 8 lines, 6 messages, 1 invocation',
  });
});

test('finds every broken line, and the last one that was cut off', async () => {
  const lines = whole.split('\n');
  const { exitCode, stdout } = await check(lines.with(2, '{}').with(4, 'nothing').join('\n').slice(0, -20));
  expect(exitCode).toBe(1);
  expect(stdout.split('\n').slice(0, 3)).toEqual([
    'x.jsonl:3: format: `at` is not a time in milliseconds',
    'x.jsonl:5: format: it is not valid JSON',
    'x.jsonl:8: format: the last line was cut off (120 bytes)',
  ]);
});

test('finds a broken line beyond the first MiB', async () => {
  const many = Array.from({ length: 3000 }, (_, index) => plugin(60 + index, response('a', 'x'.repeat(500))));
  const text = said(...many, plugin(9000, end('a')));
  const lines = text.split('\n');
  const { exitCode, stdout } = await check(
    lines.with(2800, lines[2800]!.replace('"type":"text"', '"type":text')).join('\n'),
  );
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^x\.jsonl:2801: format: it is not valid JSON\n/);
  expect(await check(text)).toMatchObject({ exitCode: 0 });
});

test('a request that the program never read is named as such, and is no finding', async () => {
  const { exitCode, stdout } = await check(said(plugin(52, end('a')), client(60, request('b'))));
  expect([exitCode, stdout]).toEqual([
    0,
    'x.jsonl:7: note: invocation 2, "b" invoke_tool, was never read\nx.jsonl: good: 8 lines, 6 messages, 2 invocations',
  ]);
});

test('an invocation that never ended is named, and is no finding', async () => {
  expect(await check(said(plugin(52, response('a', 'x'))))).toEqual({
    exitCode: 0,
    stdout:
      'x.jsonl:4: note: invocation 1, "a" invoke_tool, never ended\nx.jsonl: good: 7 lines, 5 messages, 1 invocation',
    stderr: '',
  });
});

test('a request that was too long to be read is named', async () => {
  const long = request('b', { text: 'x'.repeat(15 << 20) });
  const { exitCode, stdout } = await check(said(plugin(52, end('a')), client(53, long), client(54, request('c'))));
  expect(exitCode).toBe(0);
  expect(stdout).toContain(
    'x.jsonl:7: note: invocation 2, "b" invoke_tool, was never read\nx.jsonl:8: note: invocation 3, "c" invoke_tool, was never read\n',
  );
});

test('equal ids, one after the other and at once, are in order', async () => {
  const { stdout } = await check(
    said(
      client(52, request('a')),
      plugin(53, acknowledgement),
      plugin(54, end('a')),
      plugin(55, end('a')),
      client(56, request('a')),
      plugin(57, acknowledgement),
      plugin(58, end('a')),
    ),
  );
  expect(stdout).toBe('x.jsonl: good: 13 lines, 11 messages, 3 invocations');
});

test('tells 100 findings of a file and counts the others', async () => {
  const many = Array.from({ length: 250 }, (_, index) => plugin(60 + index, end('nobody')));
  const { exitCode, stdout } = await check(said(plugin(52, end('a')), ...many));
  expect(exitCode).toBe(1);
  const lines = stdout.split('\n');
  expect(lines).toHaveLength(102);
  expect(lines.slice(-2)).toEqual([
    'x.jsonl: and 150 more findings',
    'x.jsonl: 250 findings: 257 lines, 255 messages, 1 invocation',
  ]);
});

test('what could steer a terminal is escaped', async () => {
  const { stdout } = await check(said(plugin(52, response('\u001b[2J\u009b\u202e', 'x')), plugin(53, end('a'))));
  expect(stdout).toContain(String.raw`is for the id "\u001b[2J\u009b\u202e", which`);
});

test('a file that can not be read has status 2, and the others are checked', async () => {
  const [good, bad] = [makeFile(whole), makeFile(renderRecording(startUp()))];
  const missing = join(makeFolder(), 'missing.jsonl');
  const { exitCode, stdout, stderr } = await reprise(['check', missing, bad, good]);
  expect(exitCode).toBe(2);
  expect(stderr).toBe(
    `reprise: Failed to open ${missing}: there is no such file. Check the path, or make it with \`reprise record\`.`,
  );
  expect(stdout).toContain(`${bad}: 1 finding`);
  expect(stdout).toContain(`${good}: good`);
});

test.each<[string, string, string]>([
  [
    'no recording',
    '{"a":1}\n',
    'Failed to read x.jsonl: it is not a recording (line 1 is not a reprise header). Give a file made by `reprise record`.',
  ],
  ['an empty file', '', 'Failed to read x.jsonl: it is empty. Give a file made by `reprise record`.'],
  [
    'a newer version',
    `${header.replace('"version":1', '"version":2')}\n`,
    'Failed to read x.jsonl: it has format version 2, and this reprise reads up to 1. Update reprise.',
  ],
])('%s is an error in one line, status 2', async (_what, content, text) => {
  expect(await check(content)).toEqual({ exitCode: 2, stdout: '', stderr: `reprise: ${text}` });
});

test('a folder without recordings is an error, status 2', async () => {
  const bare = join(makeFolder(), "anna's own");
  mkdirSync(bare);
  const { exitCode, stdout, stderr } = await reprise(['check', bare]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toBe(
    `reprise: Failed to find a recording: the folder ${bare} holds no .jsonl file. Record one with \`reprise record -o ${quoted([join(bare, 'NAME.jsonl')])} -- COMMAND\`.`,
  );
});

test('--json gives the same to programs', async () => {
  const [bad, missing] = [makeFile(said(plugin(52, end('b')))), join(makeFolder(), 'missing.jsonl')];
  const { exitCode, stdout } = await reprise(['check', '--json', bad, missing]);
  expect(exitCode).toBe(2);
  const { files } = JSON.parse(stdout) as { files: Record<string, unknown>[] };
  expect(files.map((file) => Object.assign(file, { file: basename(String(file['file'])) }))).toEqual([
    {
      file: 'recording.jsonl',
      ok: false,
      lines: 7,
      messages: 5,
      invocations: 1,
      sealed: true,
      response_format: 'json',
      findings: [{ kind: 'order', line: 6, text: 'this end is for the id "b", which no running invocation has' }],
      finding_count: 1,
      unfinished: [{ line: 4, number: 1, id: 'a', action: 'invoke_tool', is_read: true }],
      unfinished_count: 1,
    },
    {
      file: 'missing.jsonl',
      ok: false,
      error: { code: 'not-found', message: expect.stringContaining('there is no such file') as string },
    },
  ]);
});
