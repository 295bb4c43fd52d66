import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { makeFolder } from '../support/files.ts';
import {
  bytesOf,
  isLinux,
  processesWith,
  program,
  readLines,
  recordCommand,
  start,
  until,
} from '../support/recorder.ts';

/** So many kills a test; more of them (100) find what happens rarely. */
const kills = Number(process.env['REPRISE_TEST_KILLS'] ?? 6);

interface Session {
  running: ReturnType<typeof start>;
  file: string;
  /** Kills the recorder, and waits until nothing of the session is left. @returns how many of its processes are */
  kill: () => Promise<number>;
}

/** Records a command all of whose processes can be found again. */
function startTagged(command: readonly string[], env: NodeJS.ProcessEnv = {}): Session {
  const tag = `REPRISE_TEST_TAG=${randomUUID()}`;
  const file = join(makeFolder(), 'recording.jsonl');
  const [name = '', value = ''] = tag.split('=');
  const running = start(recordCommand(file, command, ['-q']), { env: { ...env, [name]: value } });
  const kill = async (): Promise<number> => {
    running.child.kill('SIGKILL');
    await once(running.child, 'exit');
    await until(
      () => processesWith(tag).length === 0,
      () => 'its processes are gone',
    );
    return processesWith(tag).length;
  };
  return { running, file, kill };
}

test.skipIf(!isLinux).each([
  ['ignores the end of its input', ['sh', '-c', 'echo up; exec sleep 1000']],
  ['ignores SIGTERM, with its child', program('stubborn.sh')],
  ['has children in groups and sessions of their own', program('family.sh')],
  ['is stopped', ['sh', '-c', 'echo up; kill -STOP $$']],
  ['has closed all that it inherited', ['bash', '-c', 'echo up; exec 0<&- 1>&- 2>&- 3<&- sleep 1000']],
])('a command that %s is gone soon after the recorder is killed', async (_title, command) => {
  const { running, kill } = startTagged(command);
  await running.says('up\n');
  expect(await kill()).toBe(0);
});

test.skipIf(!isLinux).each(['', undefined])('a command without a PATH, %o, is gone too', async (PATH) => {
  const { running, kill } = startTagged(['/bin/sh', '-c', "trap '' TERM; echo up; while :; do /bin/sleep 1000; done"], {
    PATH,
  });
  await running.says('up\n');
  expect(await kill()).toBe(0);
});

test.skipIf(!isLinux)('a command gets SIGTERM before it is killed', async () => {
  const told = join(makeFolder(), 'told');
  // A shell says on stderr, which has gone with the recorder, that its child was ended: SIGPIPE must not come first.
  const trap = 'trap "" PIPE; trap \'echo told > "$0"; exit\' TERM; echo up; while :; do sleep 0.02; done';
  const { running, kill } = startTagged(['sh', '-c', trap, told]);
  await running.says('up\n');
  expect(await kill()).toBe(0);
  expect(readFileSync(told, 'utf8')).toBe('told\n');
});

test.skipIf(!isLinux)(
  'a recorder that is killed while it starts leaves nothing behind',
  { timeout: 60_000 + kills * 5000 },
  async () => {
    for (let count = 0; count < kills; count++) {
      const { running, kill } = startTagged(['sleep', '1000']);
      // A recorder needs some 40 ms until it starts anything, and 10 for that.
      await sleep(20 + (count * 80) / kills);
      expect(await kill()).toBe(0);
      running.child.stdin.destroy();
    }
  },
);

test('the file of a recorder that was killed holds all that its client had seen a while ago', async () => {
  const { running, file, kill } = startTagged(['sh', '-c', 'seq 1000; echo up; exec sleep 1000']);
  await running.says('up\n');
  await until(
    () => bytesOf(readLines(file), 'plugin').includes('up\n'),
    () => 'it is in the file',
  );
  await kill();
  expect(bytesOf(readLines(file), 'plugin').equals(running.stdout())).toBe(true);
  expect(readLines(file)[0]).toMatchObject({ format: 'reprise', version: 1 });
});

test('the command lives on for as long as the recorder, and its own children survive a normal end', async () => {
  const running = start(
    recordCommand(join(makeFolder(), 'x.jsonl'), ['sh', '-c', 'sleep 1000 >&- 2>&- & echo $!'], ['-q']),
  );
  await running.ended;
  const child = Number(running.stdout().toString());
  expect(() => process.kill(child, 0)).not.toThrow();
});
