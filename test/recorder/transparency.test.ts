import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeFile, makeFolder } from '../support/files.ts';
import { run } from '../support/programs.ts';
import {
  bytesOf,
  eventsOf,
  hasPython,
  program,
  quoted,
  readLines,
  record,
  recordCommand,
  start,
} from '../support/recorder.ts';
import { lineBytes } from '../support/chunks.ts';

/** What the recorder may hold back in each direction, over what a pipe holds. */
const most = 256 << 10;

function recordingFile(): string {
  return join(makeFolder(), 'recording.jsonl');
}

test('every byte passes as it is in both directions, and is kept', async () => {
  const odd = Buffer.concat([
    Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
    Buffer.from('\r\n\n\r{"a":1.0}\r\n{"é":"\\u00e9"}\nno newline'),
  ]);
  const some = fc.sample(lineBytes, { numRuns: 200, seed: 7 });
  const input = Buffer.concat([...some, Buffer.from('\n'), odd]);
  const { stdout, lines, code } = await record(['cat'], { input });
  expect(stdout.equals(input)).toBe(true);
  expect(bytesOf(lines, 'client').equals(input)).toBe(true);
  expect(bytesOf(lines, 'plugin').equals(input)).toBe(true);
  expect(code).toBe(0);
});

test('stderr passes as it is, and is kept apart', async () => {
  const input = Buffer.from('warning \xff\n\0{"a":1}\nrest', 'latin1');
  const { stdout, stderr, lines } = await record(['sh', '-c', 'cat >&2'], { input, options: ['-q'] });
  expect(stdout).toHaveLength(0);
  expect(stderr).toBe(input.toString());
  expect(bytesOf(lines, 'plugin', { stream: 'stderr' }).equals(input)).toBe(true);
});

test('a flood on stderr passes whole', async () => {
  const { stderr } = await record(['sh', '-c', 'seq 400000 >&2'], { options: ['-q'] });
  expect(stderr.length).toBe(2_688_895);
});

test.each([15, 40])('lines of %i MiB both ways at once do not deadlock', async (size) => {
  const bytes = size << 20;
  const { stdout, lines, code } = await record(program('both-ways.mjs', String(bytes)), {
    input: Buffer.alloc(bytes, 'y'),
  });
  expect(code).toBe(0);
  expect(stdout.subarray(bytes).toString()).toBe(`\n${bytes}\n`);
  expect(bytesOf(lines, 'client')).toHaveLength(bytes);
  expect(bytesOf(lines, 'plugin')).toHaveLength(stdout.length);
});

test('the end of stdin ends the stdin of the command, whose stdout goes on', async () => {
  const { stdout, lines } = await record(['sh', '-c', 'cat; echo after']);
  expect(stdout.toString()).toBe('after\n');
  expect(eventsOf(lines, 'eof')).toContainEqual({ from: 'client', stream: 'stdin' });
});

test('the end of the stdout of the command reaches the client while the command runs', async () => {
  const running = start(recordCommand(recordingFile(), ['sh', '-c', 'exec >&-; cat >&2; exit 4']));
  await once(running.child.stdout, 'end');
  running.child.stdin.end('still here\n');
  expect(await running.ended).toMatchObject({ code: 4, stderr: expect.stringContaining('still here\n') as string });
});

test('a command that closes its stdin goes on, and its client learns of it by writing', async () => {
  const script = `(trap '' PIPE; while echo line 2>&-; do sleep 0.02; done; echo told >&2) | ${quoted(recordCommand(recordingFile(), program('deaf.mjs'), ['-q']))}`;
  const running = start(['bash', '-c', script]);
  await running.says('told', 'stderr');
  expect(running.stdout().toString()).toBe('closed\n');
});

test('a client that goes away ends the command by SIGPIPE at its next write', async () => {
  const { output } = await run([
    'bash',
    '-c',
    `${quoted(recordCommand(recordingFile(), ['seq', '10000000'], ['-q']))} | head -1; echo \${PIPESTATUS[0]}`,
  ]);
  expect(output).toBe('1\n141\n');
});

test('a client that reads late gets all of it, also when the command has long exited', async () => {
  const file = recordingFile();
  // Longer than it waits for pipes that are silent.
  const { output } = await run([
    'sh',
    '-c',
    `${quoted(recordCommand(file, ['seq', '20000'], ['-q']))} | { sleep 1.5; wc -c; }`,
  ]);
  expect(Number(output)).toBe(108_894);
  expect(bytesOf(readLines(file), 'plugin')).toHaveLength(108_894);
});

test('a client that ends the command and then waits without reading is not kept waiting', async () => {
  const running = start(recordCommand(recordingFile(), ['yes'], ['-q']), { unread: 'stdout' });
  await once(running.child.stdout, 'readable');
  running.child.kill('SIGTERM');
  expect((await running.ended).code).toBe(143);
});

test('a child that keeps stdout open holds the exit of the command up for a second at most', async () => {
  const { code, stdout, lines } = await record(['sh', '-c', 'sleep 1000 & echo $!; exit 6']);
  expect(() => process.kill(Number(stdout.toString()), 0)).not.toThrow();
  expect(code).toBe(6);
  expect(lines.at(-1)?.at).toBeLessThan(60_000); // of 1,000 s;
});

test.skipIf(!hasPython)('it takes at most 256 KiB more than a pipe for a command that does not read', async () => {
  const bare = await run(program('push.py', 'sleep', '1000'));
  const recorded = await run(program('push.py', ...recordCommand(recordingFile(), ['sleep', '1000'])));
  expect(Number(recorded.output) - Number(bare.output)).toBeLessThanOrEqual(most);
});

test.skipIf(!hasPython).each([{}, { TMPDIR: '/nowhere' }])(
  'it takes at most 256 KiB more than a pipe from a command whose client does not read, %o',
  async (env) => {
    const taken = async (command: readonly string[]): Promise<number> =>
      Number((await start(['sh', '-c', `${quoted(command)} | sleep 2.5`], { env }).ended).stderr);
    const [bare = 0, recorded = 0] = await Promise.all(
      [program('flood.py'), recordCommand(recordingFile(), program('flood.py'), ['-q'])].map(taken),
    );
    expect(bare).toBeGreaterThan(0);
    expect(recorded).toBeGreaterThan(bare);
    expect(recorded - bare).toBeLessThanOrEqual(most);
  },
);

test('the command can open its stdio by name', async () => {
  const { stdout, stderr } = await record(['sh', '-c', 'cat /dev/stdin > /dev/stdout; echo err > /dev/stderr'], {
    input: 'in\n',
    options: ['-q'],
  });
  expect([stdout.toString(), stderr]).toEqual(['in\n', 'err\n']);
});

test.each([
  ['stdin from /dev/null', '< /dev/null', 'out\n', 'err\n'],
  ['stdin closed', '<&-', 'out\n', 'err\n'],
  ['stdout closed', '>&- < /dev/null', '', 'err\n'],
  ['stderr closed', '2>&- < /dev/null', 'out\n', ''],
  ['all closed', '<&- >&- 2>&-', '', ''],
])('it runs with %s', async (_title, redirection, stdout, stderr) => {
  const script = `${quoted(recordCommand(recordingFile(), ['sh', '-c', 'cat; echo out; echo err >&2'], ['-q']))} ${redirection}`;
  const ended = await start(['sh', '-c', script]).ended;
  expect([ended.code, ended.stdout.toString(), ended.stderr]).toEqual([0, stdout, stderr]);
});

test('stdin and stdout may be files', async () => {
  const input = makeFile('one\ntwo\n');
  const output = makeFile('before\n');
  const { status } = await run([
    'sh',
    '-c',
    `${quoted(recordCommand(recordingFile(), ['cat']))} < "$1" >> "$2" && cat "$2" && diff - "$2" < /dev/null`,
    'sh',
    input,
    output,
  ]);
  expect(status).toBe(1);
  expect((await run(['cat', output])).output).toBe('before\none\ntwo\n');
});

test('stdout and stderr may be the same pipe', async () => {
  const command = recordCommand(recordingFile(), ['sh', '-c', 'seq 50000; seq 50000 >&2'], ['-q']);
  const { output } = await run(['sh', '-c', `${quoted(command)} 2>&1 | wc -c`]);
  expect(Number(output)).toBe(2 * 288_894);
});

test.skipIf(!hasPython)('a pipe that it shares with others stays as it was for them', async () => {
  const { output } = await run(
    program('shared-pipe.py', ...recordCommand(recordingFile(), ['sh', '-c', 'echo up; exec sleep 1000'], ['-q'])),
  );
  expect(output).toBe('True\n');
});

const weird = {
  'foo.bar': '1',
  'a-b': '$x "y"',
  'ProgramFiles(x86)': '',
  PWD: '/nowhere',
  OLDPWD: '/old',
  IFS: 'x',
  PPID: '5',
  OPTIND: '3',
  word: 'bye',
  own: '1',
  family: '1',
  NEWLINE: 'a\nb',
  é: 'ü',
};

test.each([
  weird,
  { PWD: undefined },
  { SHLVL: undefined, OLDPWD: undefined },
  { SHLVL: '7' },
  { PWD: '/etc/passwd/x' },
  { TMPDIR: '/nowhere' },
])('the environment of the command is the one it was given, %o', async (env) => {
  const cwd = makeFolder();
  const bare = await start(['env', '-0'], { cwd, env }).ended;
  const recorded = await record(['env', '-0'], { cwd, env });
  const sorted = (bytes: Buffer): string[] => bytes.toString().split('\0').toSorted();
  expect(sorted(recorded.stdout)).toEqual(sorted(bare.stdout));
});

test('arguments reach the command as they are', async () => {
  const words = ['', ' ', "a'b", '"', '$HOME', '*', '-n', '--', 'é\n', '\\', '`x`'];
  const { stdout } = await record(['sh', '-c', 'printf "%s\\0" "$0" "$@"', 'zero', ...words]);
  expect(stdout.toString()).toBe(['zero', ...words, ''].join('\0'));
});

test.each(['with space', '-e', '--', 'a=b', '$x'])('a command may have the name %s', async (name) => {
  const folder = makeFolder();
  writeFileSync(join(folder, name), '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
  const { code, stdout } = await record([name, 'one'], {
    env: { PATH: `${folder}:${process.env['PATH']}`, 'odd.name': '1' },
  });
  expect([code, stdout.toString()]).toEqual([0, 'one\n']);
});
