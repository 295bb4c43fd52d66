import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../support/files.ts';
import type { Running } from '../support/recorder.ts';
import {
  eventsOf,
  hasPython,
  program,
  quoted,
  readLines,
  recordCommand,
  start,
  stateOf,
  until,
} from '../support/recorder.ts';

interface Shown {
  running: Running;
  file: string;
  folder: string;
  type: (text: string) => void;
}

/** What a recorder prints on a terminal to clear its line. */
const clear = '\r\u001B[2K';

/** Records in a terminal of its own. */
function startInTerminal(command: readonly string[], options: readonly string[] = []): Shown {
  const folder = makeFolder();
  const file = join(folder, 'recording.jsonl');
  const running = start(program('terminal.py', ...recordCommand(file, command, options)));
  return { running, file, folder, type: (text) => void running.child.stdin.write(text) };
}

/** An interactive shell in a terminal, with a recorder as its job. */
async function startJob(): Promise<Shown & { pids: { parent: number; count: (who: 'parent' | 'child') => string } }> {
  const folder = makeFolder();
  const file = join(folder, 'recording.jsonl');
  const running = start(program('terminal.py', 'bash', '--norc', '-i'), { env: { PS1: '$ ' } });
  const type = (text: string): void => void running.child.stdin.write(text);
  type(`${quoted(recordCommand(file, program('counter.sh', folder)))}\n`);
  await running.says('up\r\n');
  await running.says('recording to');
  const count = (who: string): string => readFileSync(join(folder, who), 'utf8');
  return { running, file, folder, type, pids: { parent: Number(count('pid')), count } };
}

test.skipIf(!hasPython)('Ctrl-C reaches the command and its children exactly once, Ctrl-\\ too', async () => {
  const { running, file, type } = startInTerminal(program('interrupts.sh'), ['-q']);
  await running.says('up\r\n');
  type('\u0003');
  await running.says('child\r\n');
  type('\u001C');
  expect((await running.ended).code).toBe(7);
  // The shell may tell that its child was ended by SIGQUIT.
  const shown = running
    .stdout()
    .toString()
    .replaceAll(/\^[C\\]/g, '');
  expect(shown).toMatch(/^up\r\nchild\r\n(Quit.*\r\n)?parent\r\n$/);
  expect(eventsOf(readLines(file), 'signal')).toEqual([
    { from: 'client', signal: 'SIGINT' },
    { from: 'client', signal: 'SIGQUIT' },
  ]);
});

test.skipIf(!hasPython).each(['fg', 'bg'])(
  'Ctrl-Z stops the command and its children, %s lets them go on',
  async (word) => {
    const { running, type, pids } = await startJob();
    type('\u001A');
    await running.says('Stopped');
    await until(
      () => stateOf(pids.parent) === 'T',
      () => 'the command is stopped',
    );
    const before = [pids.count('parent'), pids.count('child')];
    type(`${word}\n`);
    await until(
      () => pids.count('parent') !== before[0] && pids.count('child') !== before[1],
      () => 'both count again',
    );
    process.kill(-pids.parent, 'SIGKILL');
    await running.says('kept in');
    expect(running.stdout().toString().split('Stopped')).toHaveLength(2);
  },
);

test.skipIf(!hasPython)('a terminal that hangs up hangs the command up, and the recording is sealed', async () => {
  const { running, file } = startInTerminal([
    'bash',
    '-c',
    'trap "exit 9" HUP; echo up; while :; do echo noise >&2; sleep 0.02; done',
  ]);
  await running.says('up\r\n');
  await running.says('recording to');
  running.child.stdin.end();
  await until(
    () => readLines(file).at(-1)?.event === 'end',
    () => 'it is sealed',
  );
  expect(eventsOf(readLines(file), 'signal')).toContainEqual({ from: 'client', signal: 'SIGHUP' });
  expect(eventsOf(readLines(file), 'exit')).toEqual([{ code: 9 }]);
});

test.skipIf(!hasPython)(
  'a live line counts the messages on stderr, and leaves when anything else is printed',
  async () => {
    const { running, file, type } = startInTerminal([
      'sh',
      '-c',
      'echo {}; read -r line; printf part >&2; read -r line; echo " done" >&2; echo {}; read -r line',
    ]);
    await running.says(`${clear}reprise: 1 message, 3 B`);
    type('\n');
    await running.says(`${clear}part`);
    type('\n');
    await running.says(' done\r\n');
    await running.says(`${clear}reprise: 4 messages, 8 B`);
    type('\n');
    const { stdout } = await running.ended;
    const last = stdout.toString().split(clear).at(-1);
    expect(last).toMatch(/^reprise: 5 messages \(9 B\) in 0 invocations, [\d.]+m?s, kept in .+\r\n$/);
    expect(stdout.toString().replaceAll('\r', '')).not.toMatch(/\d B\{\}/);
    expect(readLines(file).at(-1)?.event).toBe('end');
  },
);

test.skipIf(!hasPython)('a quiet recorder prints nothing on a terminal', async () => {
  const { running, type } = startInTerminal(['sh', '-c', 'read -r line; echo {}; sleep 0.6'], ['--quiet']);
  type('x\n');
  const { stdout } = await running.ended;
  expect(stdout.toString()).toBe('x\r\n{}\r\n');
});

test.skipIf(!hasPython)('what is typed reaches the command, and Ctrl-D ends its stdin', async () => {
  const { running, type } = startInTerminal(['sh', '-c', 'cat; echo over'], ['-q']);
  type('hello\n');
  await running.says('hello\r\nhello\r\n');
  type('\u0004');
  expect((await running.ended).stdout.toString()).toBe('hello\r\nhello\r\nover\r\n');
});
