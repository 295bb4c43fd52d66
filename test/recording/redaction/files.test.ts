import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { record as startSession } from 'reprise';
import { expect, test } from 'vitest';
import { findKey, openKey } from '../../../src/recording/project-key.ts';
import { redactRecording } from '../../../src/recording/redaction/redact-recording.ts';
import { Redactor } from '../../../src/recording/redaction/redactor.ts';
import { makeFolder } from '../../support/files.ts';
import { record } from '../../support/recorder.ts';

const key = 'the key of these tests, long enough';

test('a packed recording stays as private as it was, and nothing is left beside it', async () => {
  const { file } = await record(['cat'], { input: '{"api_key":"kept-at-first"}\n', options: ['--no-redact'] });
  const packed = join(makeFolder(), 'recording.jsonl.gz');
  writeFileSync(packed, gzipSync(readFileSync(file)));
  chmodSync(packed, 0o600);
  const redactor = new Redactor({ key, rules: { fields: new Set() } });
  expect(await redactRecording(packed, { redactor, fingerprint: '0'.repeat(16) })).toBe(true);
  expect(gunzipSync(readFileSync(packed)).toString()).not.toContain('kept-at-first');
  expect(statSync(packed).mode & 0o777).toBe(0o600);
  expect(readdirSync(dirname(packed))).toEqual(['recording.jsonl.gz']);
});

test('a key that is a pipe is refused, and not waited for', () => {
  const folder = makeFolder();
  const file = join(folder, '.reprise/key');
  mkdirSync(dirname(file));
  execFileSync('mkfifo', [file]);
  expect(() => findKey(folder, {})).toThrow(`Failed to read the key ${file}: it is a pipe. Check its permissions.`);
});

test('a key that was brought from elsewhere is kept out of git once it is used, and what is there stays', () => {
  const folder = makeFolder();
  mkdirSync(join(folder, '.reprise'));
  writeFileSync(join(folder, '.reprise/key'), `${key}\n`);
  const ignored = join(folder, '.reprise/.gitignore');
  expect(openKey(folder, { REPRISE_KEY: `${key}, another` }).from).toBe('REPRISE_KEY');
  expect(existsSync(ignored)).toBe(false);
  expect(openKey(folder, {})).toEqual({ text: key, from: join(folder, '.reprise/key') });
  expect(readFileSync(ignored, 'utf8')).toBe('*\n');
  writeFileSync(ignored, 'key\n');
  openKey(folder, {});
  expect(readFileSync(ignored, 'utf8')).toBe('key\n');
});

test('the library redacts and keeps what the project has configured, and keeps no secret because a file says so', async () => {
  const folder = makeFolder();
  const config = { redact: ['/request/tool_parameters/pin'], keep: ['/request/token'], noRedact: true };
  writeFileSync(join(folder, 'reprise.config.json'), JSON.stringify(config));
  const request = { token: 'kept-by-the-project', api_key: 'secret-for-all', tool_parameters: { pin: 'a pin' } };
  await using session = await startSession({ command: ['cat'], file: join(folder, 'recordings/a.jsonl') });
  session.stdin.end(`${JSON.stringify({ invoke_id: '1', type: 'tool', action: 'invoke_tool', request })}\n`);
  session.stdout.resume();
  const { file } = await session.finished;
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('kept-by-the-project');
  expect(text).not.toMatch(/secret-for-all|a pin/);
});

test('a configuration that can not be read is told by the library, and nothing is started', async () => {
  const folder = makeFolder();
  const config = join(folder, 'reprise.config.json');
  writeFileSync(config, '{"redact":["request"]}');
  const file = join(folder, 'a.jsonl');
  await expect(startSession({ command: ['cat'], file })).rejects.toThrow(`Failed to read ${config}:1: \`redact\``);
  expect(existsSync(file)).toBe(false);
});
