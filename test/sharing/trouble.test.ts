import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { explainSystemError } from '../../src/cli/explain-system-error.ts';
import { makeHome } from '../support/bundles.ts';
import { makeFolder } from '../support/files.ts';
import { program, root } from '../support/run.ts';
import { runIn } from '../support/run-in.ts';

const recordings = join(root, 'recordings');
const archive = join(makeFolder(), 'fix.tgz');
await makeHome().run('bundle', join(recordings, 'regex.jsonl'), '-o', archive);

/** The system's error, as Node makes it. */
function makeError(code: string, words: string, facts: object): Error {
  return Object.assign(new Error(`${code}: ${words}, ${JSON.stringify(facts)}`), { code, ...facts });
}

const cache = join(makeFolder(), 'cache');
process.env['REPRISE_CACHE_DIR'] = cache;
test.each<[string, string, object, string]>([
  [
    'EROFS',
    'read-only file system',
    { syscall: 'open', path: join(cache, 'x') },
    'Failed to open CACHE/x: read-only file system (EROFS). Mend that, or name another cache by `REPRISE_CACHE_DIR`.',
  ],
  [
    'ENOENT',
    'no such file or directory',
    { syscall: 'mkdtemp', path: join(tmpdir(), 'reprise-XXXXXX') },
    'Failed to make the folder TMP/reprise-XXXXXX: no such file or directory (ENOENT). Mend that, or name another folder for temporary files by `TMPDIR`.',
  ],
  [
    'EACCES',
    'permission denied',
    { syscall: 'scandir', path: 'fixtures' },
    'Failed to read the folder fixtures: permission denied (EACCES). Check the path, and what you may do there.',
  ],
  [
    'ENOSPC',
    'no space left on device',
    { syscall: 'write' },
    'Failed to write a file: no space left on device (ENOSPC). Look at the cache CACHE and at TMP; `REPRISE_CACHE_DIR` and `TMPDIR` name others.',
  ],
])('%s of the system is told in a sentence', (code, words, facts, text) => {
  const error = explainSystemError(makeError(code, words, facts)) as Error & { code: string; exitStatus: number };
  expect(error.message.replaceAll(cache, 'CACHE').replaceAll(tmpdir(), 'TMP')).toBe(text);
  expect([error.code, error.exitStatus]).toEqual(['not-writable', 2]);
});

test('what is no trouble with files is left as it is', () => {
  for (const error of [new TypeError('x'), makeError('EBADF', 'bad file descriptor', { syscall: 'close' }), 'x'])
    expect(explainSystemError(error)).toBe(error);
});

/** What a command says where it can't do its work: one sentence, and status 2. */
async function refusalOf(
  args: readonly string[],
  { folder = makeFolder(), env = {} }: { folder?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await runIn(folder, args, makeHome(), env);
  expect([exitCode, stdout, stderr.split('\n').length]).toEqual([2, '', 1]);
  return stderr;
}

test('a folder for temporary files that is not there is told', async () => {
  const TMPDIR = join(makeFolder(), 'nowhere');
  // Node from 22 on would make it, for what it keeps between runs.
  const env = { TMPDIR, NODE_DISABLE_COMPILE_CACHE: '1' };
  expect(await refusalOf(['bundle', recordings, '-o', 'x.tgz'], { env })).toBe(
    `reprise: Failed to make the folder ${TMPDIR}/reprise-XXXXXX: no such file or directory (ENOENT). Mend that, or name another folder for temporary files by \`TMPDIR\`.`,
  );
});

test('a cache that is a file is told', async () => {
  const REPRISE_CACHE_DIR = archive;
  for (const command of ['pull', 'check', 'replay'])
    expect(await refusalOf([command, archive], { env: { REPRISE_CACHE_DIR } })).toMatch(
      /not a directory.*ame another cache by `REPRISE_CACHE_DIR`\.$/,
    );
});

test('a disk without room is told as what it is', async () => {
  const folder = makeFolder();
  // A file of more than 4 KiB can't be written; the words are the shell's and the system's.
  const script = `ulimit -f 4; exec "$@"`;
  const { exitCode, stderr } = await execa(
    'bash',
    ['-c', script, '-', process.execPath, program, 'bundle', recordings, '-o', 'x.tgz'],
    { cwd: folder, reject: false },
  );
  expect(stderr).toMatch(/^reprise: Failed to write a file: file too large \(EFBIG\)\. Look at the cache /);
  expect(exitCode).toBe(2);
});

test('a configuration that is a folder or a pipe is told', async () => {
  for (const [make, reason] of [
    [(file: string) => mkdirSync(file), 'it is a folder'],
    [(file: string) => void execFileSync('mkfifo', [file]), 'it is no regular file'],
  ] as const) {
    const folder = makeFolder();
    copyFileSync(join(recordings, 'regex.jsonl'), join(folder, 'a.jsonl'));
    const file = join(folder, 'reprise.config.json');
    make(file);
    for (const args of [['pull'], ['bundle', 'a.jsonl', '-o', 'x.tgz'], ['replay', 'a.jsonl'], ['check', 'a.jsonl']])
      expect(await refusalOf(args, { folder })).toBe(
        `reprise: Failed to read ${file}: ${reason}. Name a configuration.`,
      );
  }
});

test('a lock that is a pipe is told', async () => {
  const folder = makeFolder();
  const file = join(folder, 'reprise.lock.json');
  execFileSync('mkfifo', [file]);
  for (const args of [['pull'], ['check', archive]])
    expect(await refusalOf(args, { folder })).toBe(
      `reprise: Failed to read ${file}: it is no regular file. Mend it, or remove it and pull again.`,
    );
});

test('a port that no machine has is told', async () => {
  const reference = 'oci://127.0.0.1:99999/x:1';
  const text = `reprise: Failed to read the reference '${reference}': it names no host. Write it as oci://HOST/NAME:TAG.`;
  expect(await refusalOf(['pull', reference])).toBe(text);
  const folder = makeFolder();
  writeFileSync(join(folder, 'reprise.config.json'), JSON.stringify({ bundles: [reference] }));
  expect(await refusalOf(['pull'], { folder })).toBe(text);
});
