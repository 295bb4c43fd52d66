import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../support/files.ts';
import { eventsOf, record } from '../support/recorder.ts';

test.each([0, 1, 2, 77, 255])('the status of the command is its own, %i', async (status) => {
  const { code, lines } = await record(['sh', '-c', `exit ${status}`]);
  expect(code).toBe(status);
  expect(eventsOf(lines, 'exit')).toEqual([{ code: status }]);
});

test.each([
  ['SIGHUP', 129],
  ['SIGKILL', 137],
  ['SIGSEGV', 139],
  ['SIGPIPE', 141],
  ['SIGTERM', 143],
])('a command that %s ends gives status %i', async (signal, status) => {
  const { code, lines } = await record(['sh', '-c', `kill -${signal.slice(3)} $$`]);
  expect(code).toBe(status);
  expect(eventsOf(lines, 'exit')).toEqual([{ signal }]);
});

test.each([
  ['no-such-command', 127, 'reprise: Failed to start no-such-command: it is not on the PATH. Check its name.\n'],
  ['./no-such-file', 127, 'reprise: Failed to start ./no-such-file: there is no such file. Check its name.\n'],
  ['', 127, "reprise: Failed to start '': it is not on the PATH. Check its name.\n"],
  [
    '/tmp',
    126,
    'reprise: Failed to start /tmp: it is not an executable file. Give it permission with chmod +x, or name its interpreter.\n',
  ],
])('the command %o gives status %i', async (name, status, text) => {
  const { code, stderr } = await record([name], { cwd: makeFolder() });
  expect([code, stderr]).toEqual([status, text]);
});

test('a file without permission gives status 126, also when it is on the PATH', async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, 'forbidden'), '#!/bin/sh\n', { mode: 0o644 });
  const { code, stderr } = await record(['forbidden'], { env: { PATH: `${folder}:${process.env['PATH']}` } });
  expect(code).toBe(126);
  expect(stderr).toBe(
    `reprise: Failed to start ${join(folder, 'forbidden')}: it is not an executable file. Give it permission with chmod +x, or name its interpreter.\n`,
  );
});

test('a command that can not be started leaves no recording behind', async () => {
  const { lines } = await record(['no-such-command']);
  expect(lines).toEqual([]);
});

test('a script without an interpreter line runs as in a shell', async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, 'script'), 'echo "$1"; exit 5\n', { mode: 0o755 });
  const { code, stdout } = await record(['./script', 'one'], { cwd: folder });
  expect([code, stdout.toString()]).toEqual([5, 'one\n']);
});

test('a folder of the same name further up the PATH is passed over', async () => {
  const folder = makeFolder();
  mkdirSync(join(folder, 'cat'));
  expect(
    (await record(['cat'], { input: 'x\n', env: { PATH: `${folder}:${process.env['PATH']}` } })).stdout.toString(),
  ).toBe('x\n');
});

test('a PATH with files and missing folders in it is searched to its end', async () => {
  const { code } = await record(['true'], { env: { PATH: `/etc/passwd:/no/such/folder::${process.env['PATH']}` } });
  expect(code).toBe(0);
  const missing = await record(['no-such-command'], { env: { PATH: `/etc/passwd:${process.env['PATH']}` } });
  expect(missing.code).toBe(127);
});
