import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../support/files.ts';
import { run } from '../support/programs.ts';
import type { Running } from '../support/recorder.ts';
import {
  eventsOf,
  hasPython,
  isLinux,
  program,
  readLines,
  record,
  recordCommand,
  start,
  stateOf,
  until,
} from '../support/recorder.ts';

interface Signalled {
  running: Running;
  file: string;
  /** Of the command. */
  pid: number;
}

/** In a group that the terminal's SIGTSTP stops, wherever these tests run. */
const inOwnGroup = (command: readonly string[]): string[] => program('own-group.py', ...command);

/** Records a command that says its process id first. */
async function startRecorded(
  command: readonly string[],
  wrap = (recording: readonly string[]): readonly string[] => recording,
): Promise<Signalled> {
  const file = join(makeFolder(), 'recording.jsonl');
  const running = start(wrap(recordCommand(file, command)));
  await running.says('\n');
  await running.says('recording to', 'stderr'); // signals are forwarded by then
  return { running, file, pid: Number(running.stdout().toString()) };
}

async function kill({ running, pid }: Signalled): Promise<void> {
  process.kill(pid, 'SIGKILL');
  expect((await running.ended).code).toBe(137);
}

test('the command gets each signal exactly once', async () => {
  const recorded = await startRecorded(program('signals.mjs'));
  const signals = ['TERM', 'INT', 'HUP', 'QUIT', 'CONT', 'USR1', 'USR2'] as const;
  for (const signal of signals) {
    recorded.running.child.kill(`SIG${signal}`);
    await recorded.running.says(`${signal}\n`);
  }
  await kill(recorded);
  expect(recorded.running.stdout().toString()).toBe(`${recorded.pid}\n${signals.join('\n')}\n`);
  expect(eventsOf(readLines(recorded.file), 'signal')).toEqual(
    signals.map((signal) => ({ from: 'client', signal: `SIG${signal}` })),
  );
});

test('two signals at once both reach the command', async () => {
  const recorded = await startRecorded(program('signals.mjs'));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) recorded.running.child.kill(signal);
  for (const signal of ['TERM\n', 'INT\n', 'HUP\n']) await recorded.running.says(signal);
  await kill(recorded);
  expect(eventsOf(readLines(recorded.file), 'signal')).toHaveLength(3);
});

test.skipIf(!isLinux || !hasPython)('SIGTSTP stops the command and the recorder, SIGCONT lets both go on', async () => {
  const recorded = await startRecorded(['sh', '-c', 'echo $$; while :; do sleep 0.02; done'], inOwnGroup);
  const { child } = recorded.running;
  const both = (state: RegExp) => () => state.test(stateOf(recorded.pid)) && state.test(stateOf(child.pid ?? 0));
  child.kill('SIGTSTP');
  await until(both(/^T$/), () => 'both are stopped');
  child.kill('SIGCONT');
  await until(both(/^[SRD]$/), () => 'both go on');
  await kill(recorded);
  const signals = eventsOf(readLines(recorded.file), 'signal').map(({ signal }) => signal);
  expect(signals).toEqual(['SIGTSTP', 'SIGSTOP', 'SIGCONT']);
});

test.skipIf(!isLinux || !hasPython)('a command that catches SIGTSTP is not stopped by force', async () => {
  const recorded = await startRecorded(program('signals.mjs'), inOwnGroup);
  recorded.running.child.kill('SIGTSTP');
  await until(
    () => stateOf(recorded.running.child.pid ?? 0) === 'T',
    () => 'the recorder is stopped',
  );
  // SIGCONT takes back a SIGTSTP that has not been taken.
  await until(
    () => !/^(Sig|Shd)Pnd:\s*\d*[1-9a-f]/m.test(readFileSync(`/proc/${recorded.pid}/status`, 'utf8')),
    () => 'the command has taken it',
  );
  recorded.running.child.kill('SIGCONT');
  for (const signal of ['CONT\n', 'TSTP\n']) await recorded.running.says(signal);
  await kill(recorded);
  expect(recorded.running.stdout().toString()).toMatch(/^\d+\n(TSTP\nCONT|CONT\nTSTP)\n$/); // two at once come in any order
});

test('the recorder ends when the command ends on the signal, with 128 and its number', async () => {
  const { running, file } = await startRecorded(['sh', '-c', 'echo $$; exec sleep 1000']);
  running.child.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 143, signal: null });
  expect(readLines(file).at(-1)).toMatchObject({ event: 'end' });
});

// By /proc: `ps` is not on every machine, nor does that of BusyBox know sessions.
test.skipIf(!isLinux)('the command is the leader of a session of its own', async () => {
  const { stdout } = await record(['sh', '-c', 'echo $$; cat /proc/$$/stat']);
  const [, pid, group, session] = /^(\d+)\n.*\) \w \d+ (\d+) (\d+) /.exec(stdout.toString()) ?? [];
  expect([session, group]).toEqual([pid, pid]);
});

test('a command that makes its own group still gets the signals', async () => {
  const { running } = await startRecorded([
    'bash',
    '-c',
    'set -m; trap "echo TERM; exit 3" TERM; sleep 1000 & echo $$; wait',
  ]);
  running.child.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 3 });
});

test.each([
  [['-s', 'TERM', '0.4'], 124],
  [['-s', 'INT', '--preserve-status', '0.4'], 130],
])('it can be run under timeout %o', async (options, status) => {
  expect(
    (await run(['timeout', ...options, ...recordCommand(join(makeFolder(), 'x.jsonl'), ['sleep', '1000'], ['-q'])]))
      .status,
  ).toBe(status);
});
