import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeFile, makeFolder } from '../support/files.ts';
import { bytesOf, readLines, recordCommand, start } from '../support/recorder.ts';

const isRoot = process.getuid?.() === 0;
const input = Buffer.from(Array.from({ length: 200_000 }, (_, index) => `{"line":${index}}\n`).join(''));

/** A file system of one megabyte. @returns undefined where it can't be mounted */
function mountSmall(): string | undefined {
  const folder = makeFolder();
  if (!isRoot || spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', folder]).status !== 0) return undefined;
  onTestFinished(() => void spawnSync('umount', [folder]));
  return folder;
}

/** Runs a session whose recording fails. */
async function runLossy(
  command: readonly string[],
): Promise<{ code: number | null; stderr: string; isUntouched: boolean }> {
  const running = start(command);
  running.child.stdin.end(input);
  const { code, stderr, stdout } = await running.ended;
  return { code, stderr, isUntouched: stdout.equals(input) };
}

function expected(file: string, reason: string): string {
  return `reprise: the recording is lost from here on, the session goes on: ${reason}\nreprise: the recording is not whole, ${file}: ${reason}\n`;
}

test.skipIf(!existsSync('/dev/full'))(
  'a device that is full is told at once and at the end, with status 1',
  async () => {
    expect(await runLossy(recordCommand('/dev/full', ['cat'], ['-q']))).toEqual({
      code: 1,
      stderr: expected('/dev/full', 'ENOSPC: no space left on device, write'),
      isUntouched: true,
    });
  },
);

test('a disk that gets full loses the rest of the recording and nothing of the session', async (context) => {
  const folder = mountSmall();
  context.skip(folder === undefined, 'only root can mount a small file system');
  const file = join(folder ?? '', 'recording.jsonl');
  const result = await runLossy(recordCommand(file, ['cat'], ['-q']));
  expect(result).toEqual({
    code: 1,
    stderr: expected(file, 'ENOSPC: no space left on device, write'),
    isUntouched: true,
  });
  const kept = bytesOf(readLines(file), 'plugin');
  expect(kept.length).toBeGreaterThan(10_000);
  expect(input.subarray(0, kept.length).equals(kept)).toBe(true);
});

test('a limit on the size of files does the same', async () => {
  const file = join(makeFolder(), 'recording.jsonl');
  const words = recordCommand(file, ['cat'], ['-q']);
  expect(await runLossy(['bash', '-c', 'ulimit -f 500; exec "$@"', 'bash', ...words])).toEqual({
    code: 1,
    stderr: expected(file, 'EFBIG: file too large, write'),
    isUntouched: true,
  });
  expect(readLines(file).length).toBeGreaterThan(1000);
});

test.each(['is removed', 'is replaced'])('a recording that %s while the session goes on is told', async (what) => {
  const file = join(makeFolder(), 'recording.jsonl');
  const running = start(recordCommand(file, ['cat'], ['-q']));
  running.child.stdin.write('one\n');
  await running.says('one');
  rmSync(file);
  if (what === 'is replaced') writeFileSync(file, 'another');
  running.child.stdin.end();
  const { code, stderr } = await running.ended;
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `reprise: the recording is not whole, ${file}: it was removed or renamed, or another file was given its name, while the session went on\n`,
  });
});

test('a folder that can not be made is told, and the session goes on', async () => {
  const file = join(makeFile('no folder'), 'x', 'recording.jsonl');
  const { code, stderr, isUntouched } = await runLossy(recordCommand(file, ['cat'], ['-q']));
  expect([code, isUntouched]).toEqual([1, true]);
  expect(stderr).toMatch(
    /^reprise: the recording is lost from here on, the session goes on: ENOTDIR: .*\nreprise: the recording is not whole, .*: ENOTDIR: .*\n$/,
  );
});

test.skipIf(isRoot)('a folder without permission is told, and the session goes on', async () => {
  const folder = join(makeFolder(), 'locked');
  mkdirSync(folder);
  chmodSync(folder, 0o555);
  const { code, isUntouched } = await runLossy(recordCommand(join(folder, 'x.jsonl'), ['cat'], ['-q']));
  expect([code, isUntouched]).toEqual([1, true]);
});

test('a command that fails keeps its status when the recording is lost too', async () => {
  const { code } = await start(recordCommand(join(makeFile(''), 'x.jsonl'), ['sh', '-c', 'exit 7'])).ended;
  expect(code).toBe(7);
});
