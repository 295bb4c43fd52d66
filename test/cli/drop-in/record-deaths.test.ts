import { expect, test } from 'vitest';
import { ask, dify, makeScript, namesIn, startDify } from '../../support/drop-in.ts';
import { makeFolder } from '../../support/files.ts';
import { start } from '../../support/recorder.ts';
import type { Project } from '../../support/sessions.ts';
import { converse, makeProject, startsOf } from '../../support/sessions.ts';

/** Asks for Paris, and ends the program by SIGKILL as soon as it has answered. */
async function askAndKill({ file, env, folder }: Project): Promise<void> {
  const running = startDify(['plugin', 'run', file, '-r', 'json'], { env, cwd: folder });
  await running.says('plugin_ready');
  running.child.stdin.write(ask('a', 'Paris'));
  await running.says('plugin_invoke_end');
  running.child.kill('SIGKILL');
}

test('a session whose client kills the program with SIGKILL, and goes on, is kept', async () => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha' });
  await askAndKill(project);
  await expect.poll(() => namesIn(project.recordings)).toEqual(['alpha.jsonl']);
  const again = { ...project, env: { ...project.env, TMPDIR: makeFolder() } };
  expect((await converse(again, ['Paris'])).answers).toEqual(['Paris, 1']);
  expect(startsOf(project)).toBe(1);
});

test('a session whose client was killed is not kept, and is recorded afresh the next time', async () => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha' });
  // The client is a shell that starts the drop-in, holds its stdin, and is killed. It has no `cat`: that of BusyBox waits
  // for its input inside the system with the pipe locked, and nobody can open it meanwhile.
  const hand = 'while IFS= read -r line; do printf "%s\\n" "$line" >&3; done';
  const client = makeScript('client', `mkfifo in; "$DIFY" plugin run "$FILE" -r json <in & exec 3>in; ${hand}`);
  const running = start([client], {
    cwd: project.folder,
    env: { CI: '', ...project.env, DIFY: dify, FILE: project.file },
  });
  await running.says('plugin_ready');
  running.child.stdin.write(ask('a', 'Paris'));
  await running.says('plugin_invoke_end');
  running.child.kill('SIGKILL');
  await running.ended; // nobody has its stdout any more: the drop-in has ended
  expect(namesIn(project.recordings).filter((name) => name.endsWith('.jsonl'))).toEqual([]);
  const again = { ...project, env: { ...project.env, TMPDIR: makeFolder() } };
  expect((await converse(again, ['Oslo'])).answers).toEqual(['Oslo, 1']);
  expect(namesIn(project.recordings).filter((name) => name.endsWith('.jsonl'))).toEqual(['alpha.jsonl']);
});

test('a session that is killed, and started again at once, is kept all the same', async () => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha' });
  await askAndKill(project);
  await converse(project, ['Oslo']);
  await expect.poll(() => namesIn(project.recordings)).toEqual(['alpha-2.jsonl', 'alpha.jsonl']);
});
