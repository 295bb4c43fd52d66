import { appendFileSync, copyFileSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openRedactor } from '../../src/recorder/open-redactor.ts';
import { redactRecording } from '../../src/recording/redaction/redact-recording.ts';
import { makeFile, makeFolder } from '../support/files.ts';
import { leaksIn } from '../support/leaks.ts';
import { program, record } from '../support/recorder.ts';
import { request } from '../support/recordings.ts';
import { reprise } from '../support/run.ts';

const REPRISE_KEY = 'the key of these tests, long enough';
const secret = 'said-before-it-was-known';
const lines = [request('1', { note: secret }), request('2', { credentials: { api_key: secret }, echo: 'plain' })];

/** A recording that holds a secret as it was sent, before and where it is known for one. */
async function makeOld(): Promise<string> {
  const { file } = await record(['cat'], { input: `${lines.join('\n')}\n`, options: ['--no-redact'] });
  expect(leaksIn(dirname(file), [secret])).toEqual([secret]);
  return file;
}

/** What `cat` says is not in the order of the protocol; the file is whole, sealed, and without secrets. */
async function expectSealed(file: string): Promise<void> {
  const { stdout } = await reprise(['check', file]);
  expect(stdout).not.toMatch(/: (?:format|seal|secret): /);
}

test('what is found anywhere is replaced everywhere, and the file is sealed again', async () => {
  const file = await makeOld();
  const { mode } = statSync(file);
  expect(await reprise(['redact', file], { REPRISE_KEY })).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: `reprise: ${file}: 1 secret redacted in 4 places: 4 api_key`,
  });
  expect(leaksIn(dirname(file), [secret])).toEqual([]);
  expect(statSync(file).mode).toBe(mode);
  await expectSealed(file);
  expect(readFileSync(file, 'utf8')).toContain('"echo":"plain"');
});

test('once more changes nothing', async () => {
  const file = await makeOld();
  await reprise(['redact', file], { REPRISE_KEY });
  const before = readFileSync(file);
  const { stderr } = await reprise(['redact', file], { REPRISE_KEY });
  expect(stderr).toBe(`reprise: ${file}: no secrets found; it is as it was`);
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('a packed recording stays packed, and a link stays a link', async () => {
  const file = await makeOld();
  const folder = makeFolder();
  const packed = join(folder, 'x.jsonl.gz');
  writeFileSync(packed, gzipSync(readFileSync(file)));
  symlinkSync(packed, join(folder, 'link.jsonl.gz'));
  expect((await reprise(['redact', join(folder, 'link.jsonl.gz')], { REPRISE_KEY })).exitCode).toBe(0);
  expect(gunzipSync(readFileSync(packed)).includes(secret)).toBe(false);
  await expectSealed(packed);
});

test('a recording that was cut off stays unsealed, and what was cut is gone', async () => {
  const file = makeFile(
    `${readFileSync(await makeOld(), 'utf8')
      .split('\n')
      .slice(0, 4)
      .join('\n')}\n{"at":9,"from":"client","message":{"x":"${secret}`,
  );
  await reprise(['redact', file], { REPRISE_KEY });
  expect(leaksIn(dirname(file), [secret])).toEqual([]);
  expect((await reprise(['check', file])).stdout).toContain('the recording is not sealed');
});

test('lines over 16 MiB are gone through, too', async () => {
  const { file } = await record(['sh', '-c', 'cat >/dev/null'], {
    input: `{"credentials":{"api_key":"${secret}"},"a":"${'f'.repeat((16 << 20) - 60)}${secret}"}\n`,
    options: ['--no-redact'],
  });
  await reprise(['redact', file], { REPRISE_KEY });
  expect(leaksIn(dirname(file), [secret])).toEqual([]);
  await expectSealed(file);
});

test('a recording that is written to meanwhile is refused, and loses nothing', async () => {
  const file = await makeOld();
  const [before, more] = [readFileSync(file, 'utf8'), '{"at":9000,"event":"eof","from":"client","stream":"stdin"}\n'];
  let isWritten = false;
  const write = (): [] => {
    if (!isWritten) appendFileSync(file, more);
    isWritten = true;
    return [];
  };
  const redactor = await openRedactor(REPRISE_KEY, {}, [write]);
  await expect(redactRecording(file, { redactor, fingerprint: 'f' })).rejects.toThrow(
    `Failed to redact ${file}: it was changed meanwhile, as one is that is still recorded. Wait for its end, and do it again.`,
  );
  expect(readFileSync(file, 'utf8')).toBe(before + more);
  expect(readdirSync(dirname(file)).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('a file that is no recording is refused, and left as it is', async () => {
  const file = makeFile('not a recording\n');
  const { exitCode, stderr } = await reprise(['redact', file], { REPRISE_KEY });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`reprise: Failed to read ${file}: it is not a recording`);
  expect(readFileSync(file, 'utf8')).toBe('not a recording\n');
});

test('a replay of a redacted recording answers the same secret, another one, and with another key', async () => {
  const { file } = await record(program('parrot.mjs'), {
    input: `${request('1', { credentials: { api_key: secret }, echo: { secret: 'x' } })}\n`,
    env: { REPRISE_KEY },
  });
  const copy = join(makeFolder(), 'copy.jsonl');
  copyFileSync(file, copy);
  for (const [value, env, options, isFound] of [
    [secret, { REPRISE_KEY }, ['--secrets', 'exact'], true],
    ['a-rotated-secret', { REPRISE_KEY }, [], true],
    ['a-rotated-secret', { REPRISE_KEY }, ['--secrets', 'exact'], false],
    [secret, { REPRISE_KEY: `${REPRISE_KEY}, another` }, [], true],
  ] as const) {
    const asked = makeFile(request('1', { credentials: { api_key: value }, echo: { secret: 'x' } }), 'request.json');
    const { exitCode, stdout, stderr } = await reprise(['explain', copy, asked, ...options], env);
    expect({ exitCode, isSaid: `${stdout}${stderr}`.includes(value) }).toEqual({
      exitCode: isFound ? 0 : 1,
      isSaid: false,
    });
  }
});

test('what is redacted later with another key leaves the first key in force', async () => {
  const file = await makeOld();
  await reprise(['redact', file], { REPRISE_KEY });
  const { stderr } = await reprise(['redact', file, '--redact', '/plain/'], { REPRISE_KEY: `${REPRISE_KEY}, another` });
  expect(stderr).toContain('1 secret redacted in 2 places');
  expect(readFileSync(file, 'utf8').match(/"redaction":/g)).toHaveLength(1);
  const asked = makeFile(request('1', { note: secret }), 'request.json');
  expect((await reprise(['explain', file, asked, '--secrets', 'exact'], { REPRISE_KEY })).exitCode).toBe(0);
});

test('one that can not be read does not keep the others from being redacted', async () => {
  const [broken, file] = [makeFile('no recording\n', 'broken.jsonl'), await makeOld()];
  const { exitCode, stderr } = await reprise(['redact', broken, file], { REPRISE_KEY });
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(
    /^reprise: Failed to read .+broken\.jsonl: it is not a recording .*\nreprise: .+: 1 secret redacted /,
  );
  expect(leaksIn(dirname(file), [secret])).toEqual([]);
});
