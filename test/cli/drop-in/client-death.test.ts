import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, dify, makePackage, makeScript, startDify } from '../../support/drop-in.ts';
import { makeFolder } from '../../support/files.ts';
import { mostOpenFiles } from '../../support/machine.ts';
import { isLinux, start, until } from '../../support/recorder.ts';
import { root } from '../../support/run.ts';

const env = { REPRISE_RECORDINGS: join(root, 'recordings/stream.jsonl'), CI: '', REPRISE_SESSION: '' };
const package_ = makePackage('probe');

/** What a client says to the program. */
function play(file: string): string[] {
  return ['plugin', 'run', file, '-r', 'json'];
}

/** Processor time of a process so far, in ticks. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function isRunning(pid: number): boolean {
  try {
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') ') &&
      !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    );
  } catch {
    return false; // gone
  }
}

/** The name of a pipe that is yet to be made. */
function newPipe(): string {
  return join(makeFolder(), 'in');
}

/** A client that is a process of its own: it starts the drop-in with a pipe that it holds, and says its number. */
async function startClient(script: string, args: readonly string[]): Promise<{ kill: () => void; pid: number }> {
  const client = start([makeScript('client', script), ...args], { env: { ...env, DIFY: dify, IN: newPipe() } });
  await client.says('plugin_ready');
  await client.says('pid ');
  const pid = Number(/pid (\d+)/.exec(client.stdout().toString())?.[1]);
  return { pid, kill: () => client.child.kill('SIGKILL') };
}

test.skipIf(!isLinux)('it ends when its client is killed', async () => {
  const client = await startClient(
    'mkfifo "$IN"; "$DIFY" "$@" <"$IN" & exec 3>"$IN"; echo pid $!; exec 4>&1; read -r word',
    play(await package_),
  );
  expect(isRunning(client.pid)).toBe(true);
  client.kill();
  await until(() => !isRunning(client.pid));
});

test.skipIf(!isLinux)('over TCP, too, where it never reads its stdin', async () => {
  const script =
    'mkfifo "$IN"; "$DIFY" "$@" <"$IN" & exec 3>"$IN"; echo unread >&3; echo pid $! plugin_ready; read -r word';
  const client = start([makeScript('client', script), ...play(await package_), '-m', 'tcp'], {
    env: { ...env, DIFY: dify, IN: newPipe() },
  });
  await client.says('"port":');
  await client.says('pid ');
  const pid = Number(/pid (\d+)/.exec(client.stdout().toString())?.[1]);
  expect(isRunning(pid)).toBe(true);
  client.child.kill('SIGKILL');
  await until(() => !isRunning(pid));
});

// In a session of its own: what shares one with init may have been started by it, which stays (see parent.ts)
test.skipIf(!isLinux)('nor does it stay when its client is killed while it starts', async () => {
  const script = 'mkfifo "$IN"; "$DIFY" "$@" <"$IN" & exec 3>"$IN"; echo pid $!; read -r word';
  const client = start(['setsid', makeScript('client', script), ...play(await package_)], {
    env: { ...env, DIFY: dify, IN: newPipe() },
  });
  await client.says('pid ');
  client.child.kill('SIGKILL');
  const pid = Number(/pid (\d+)/.exec(client.stdout().toString())?.[1]);
  await until(() => !isRunning(pid));
  expect(isRunning(pid)).toBe(false);
});

test.skipIf(!isLinux)('the end of stdin alone does not end it, nor does it keep a processor busy', async () => {
  const running = startDify(play(await package_), { env });
  await running.says('plugin_ready');
  running.child.stdin.end(ask('x', 'nothing'));
  await running.says('"x","type":"plugin_invoke_end"');
  const pid = running.child.pid ?? 0;
  const before = ticksOf(pid);
  const began = performance.now();
  await until(() => performance.now() - began > 1200);
  expect(isRunning(pid)).toBe(true);
  expect(ticksOf(pid) - before).toBeLessThan(10); // of 120
  running.child.kill('SIGTERM');
  expect((await running.ended).code).toBe(0);
});

test.skipIf(!isLinux)('nor does the end of its parent, while somebody holds its stdin', async () => {
  const folder = makeFolder();
  const [go, fifo] = [join(folder, 'go'), join(folder, 'in')];
  execFileSync('mkfifo', [fifo]);
  const held = openSync(fifo, 'r+'); // does not wait for a reader
  const script = '"$DIFY" "$@" <"$IN" & echo pid $!; until [ -e "$GO" ]; do sleep 0.02; done';
  const starter = start([makeScript('starter', script), ...play(await package_)], {
    env: { ...env, DIFY: dify, GO: go, IN: fifo },
  });
  await starter.says('plugin_ready');
  writeFileSync(go, '');
  await once(starter.child, 'exit');
  const pid = Number(/pid (\d+)/.exec(starter.stdout().toString())?.[1]);
  const began = performance.now();
  await until(() => performance.now() - began > 1200);
  expect(isRunning(pid)).toBe(true);
  writeSync(held, ask('late', 'nothing'));
  await starter.says('"late","type":"plugin_invoke_end"');
  closeSync(held);
  await until(() => !isRunning(pid));
});

test.skipIf(!isLinux)('what was asked before its starter was gone is answered, whole and in order', async () => {
  const folder = makeFolder();
  const [go, asked, out] = ['go', 'asked', 'out'].map((name) => join(folder, name));
  const ids = Array.from({ length: 3000 }, (_, index) => `n${index}`);
  writeFileSync(asked ?? '', ids.map((id) => ask(id, 'nothing')).join(''));
  const wait = 'until [ -e "$GO" ]; do sleep 0.02; done';
  const script = `{ cat "$ASKED"; ${wait}; } | "$DIFY" "$@" | { ${wait}; cat >"$OUT"; } &`;
  start([makeScript('starter', script), ...play(await package_)], {
    env: { ...env, DIFY: dify, GO: go, ASKED: asked, OUT: out },
  });
  const began = performance.now();
  await until(() => performance.now() - began > 1000); // nobody reads meanwhile
  writeFileSync(go ?? '', '');
  const ended = (): string[] =>
    Array.from(
      (existsSync(out ?? '') ? readFileSync(out ?? '', 'utf8') : '').matchAll(
        /"invoke_id":"(n\d+)","type":"plugin_invoke_end"/g,
      ),
      ([, id = '']) => id,
    );
  await until(() => ended().length >= ids.length);
  expect(ended()).toEqual(ids);
});

test.skipIf(!isLinux)('a closed stdout kills it by SIGPIPE, as it kills the program', async () => {
  const running = startDify(play(await package_), { env });
  await running.says('plugin_ready');
  running.child.stdout.destroy();
  running.child.stdin.write(ask('x', 'nothing'));
  const [code, signal] = (await once(running.child, 'exit')) as [number | null, string | null];
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGPIPE' });
});

// Each has three pipes to this process.
test.skipIf(mostOpenFiles < 1000)('200 that are started at once all become ready', async () => {
  const file = await package_;
  const all = Array.from({ length: 200 }, () => startDify(play(file), { env }));
  await Promise.all(all.map((running) => running.says('plugin_ready')));
  for (const { child } of all) child.kill('SIGTERM');
  const ends = await Promise.all(all.map(({ ended }) => ended));
  expect(ends.map(({ code }) => code)).toEqual(all.map(() => 0));
});

test('over TCP each connection gets its ready line, and the host that the program announces', async () => {
  const running = startDify(['plugin', 'run', '--mode=tcp', '--response-format=json', await package_], { env });
  await running.says('"port":');
  const [, port] =
    /"host":"::","info":"plugin is running on :::\d+","port":(\d+)/.exec(running.stdout().toString()) ?? [];
  const socket = connect(Number(port), '127.0.0.1');
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  expect(chunk.toString()).toBe('{"invoke_id":"","type":"plugin_ready","response":{"info":"plugin loaded"}}\n');
  socket.destroy();
  running.child.kill('SIGTERM');
  expect((await running.ended).code).toBe(0);
});
