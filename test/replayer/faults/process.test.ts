import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { dial } from '../../support/dial.ts';
import { makeFolder } from '../../support/files.ts';
import { until } from '../../support/recorder.ts';
import { error, loading, ready, request, response } from '../../support/recordings.ts';
import { play, portOf } from './programs.ts';
import { acknowledged, askX, askY, line, one, plainX, plainY, raw, two } from './wire.ts';

const started = line(loading, ready);
const signals = [
  'SIGKILL',
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
  'SIGSEGV',
  'SIGABRT',
  'SIGBUS',
  'SIGPIPE',
] as const;

test.each([
  ['exit', 1, started + acknowledged],
  ['exit code=0', 0, started + acknowledged],
  ['exit code=255 at=response:3', 255, started + acknowledged + line(one, two)],
  ['exit code=3 at=after:end', 3, started + plainX],
  ['exit code=4 at=ready', 4, line(loading)],
  ['exit code=5 at=start', 5, ''],
  ['exit code=6 at=request', 6, started],
] as const)("exit: %s is the process's own, and what was sent before arrives", async (fault, code, wire) => {
  const running = play([fault]);
  running.child.stdin.write(askX + askY);
  const ended = await running.ended;
  expect([ended.code, ended.signal, ended.stdout.toString()]).toEqual([code, null, wire]);
});

test('exit: over TCP all clients get what was sent before, and the end', async () => {
  const running = play(['exit code=9 at=response:2'], ['--mode', 'tcp']);
  const port = await portOf(running);
  const [first, second] = [await dial(port), await dial(port)];
  second.socket.write(request('z', { n: 3 }));
  await second.heard.count(1);
  first.socket.write(askX);
  await Promise.all([first.heard.end(), second.heard.end()]);
  expect([raw(first.heard), raw(second.heard)]).toEqual([line(ready) + acknowledged + line(one), line(ready)]);
  expect(await running.ended).toMatchObject({ code: 9, signal: null });
});

test.each(signals)('kill: the process dies by %s', async (signal) => {
  const running = play([`kill signal=${signal} at=response:2`], [], { cwd: makeFolder() });
  running.child.stdin.write(askX + askY);
  const ended = await running.ended;
  expect([ended.code, ended.signal, ended.stdout.toString()]).toEqual([
    null,
    signal,
    started + acknowledged + line(one),
  ]);
});

test('kill: it is SIGKILL where nothing is said, and half a line stays one', async () => {
  const running = play(['truncate newline=false bytes=10', 'kill at=after:response:1']);
  running.child.stdin.write(askX);
  const { signal, stdout } = await running.ended;
  expect([signal, stdout.toString()]).toEqual(['SIGKILL', `${started}${acknowledged}{"invoke_i`]);
});

test('never-ready: loading comes, ready never, requests are not read, and SIGTERM still ends it', async () => {
  const running = play(['never-ready']);
  await running.says('loading plugin');
  // More than a pipe holds: nobody takes it.
  running.child.stdin.write(askX.repeat(20_000));
  await sleep(100);
  expect(running.child.stdin.writableLength).toBeGreaterThan(0);
  running.child.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0, signal: null, stdout: Buffer.from(line(loading)) });
});

test('never-ready: over TCP it is the announcement that never comes', async () => {
  const running = play(['never-ready'], ['--mode', 'tcp']);
  await running.says('loading plugin');
  running.child.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0, stdout: Buffer.from(line(loading)) });
});

test.each([
  ['startup-error', [], 1, 'plugin runtime failed'],
  ['startup-error code=7 text="no <space> left" ms=20', [], 7, 'no \\u003cspace\\u003e left'],
  ['startup-error code=0', ['--mode', 'tcp'], 0, 'plugin runtime failed'],
] as const)('startup-error: %s', async (fault, options, code, text) => {
  const { ended } = play([fault], options);
  const { stdout, ...exit } = await ended;
  expect(exit).toMatchObject({ code, signal: null });
  expect(stdout.toString()).toBe(line(loading) + line(error('', 'TEXT').replace('TEXT', () => text)));
});

test('ignore-signals: SIGTERM and SIGINT do nothing, SIGKILL does', async () => {
  const running = play(['ignore-signals']);
  await running.says('plugin_ready');
  for (const [signal, ask, answer] of [
    ['SIGTERM', askX, plainX],
    ['SIGINT', askY, plainY],
  ] as const) {
    running.child.kill(signal);
    await sleep(150); // it goes on for 100 ms after a signal that it does hear
    running.child.stdin.write(ask);
    await running.says(answer);
  }
  running.child.kill('SIGKILL');
  expect(await running.ended).toMatchObject({ signal: 'SIGKILL', stdout: Buffer.from(started + plainX + plainY) });
});

test('ignore-signals: up to its place signals are heard', async () => {
  const running = play(['ignore-signals at=response:2']);
  await running.says('plugin_ready');
  running.child.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0, signal: null });
});

test('stop-reading: the request is answered, the pipe fills up, and the writer blocks', async () => {
  const running = play(['stop-reading']);
  running.child.stdin.write(askX + askY);
  await running.says(plainX);
  running.child.stdin.write(askY.repeat(20_000));
  await sleep(100);
  expect(running.child.stdin.writableLength).toBeGreaterThan(0);
  expect(running.stdout().toString()).toBe(started + plainX);
  running.child.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0, stdout: Buffer.from(started + plainX) });
});

test('stop-reading: over TCP the other connections are read', async () => {
  const running = play(['stop-reading connection=1'], ['--mode', 'tcp']);
  const port = await portOf(running);
  const [first, second] = [await dial(port), await dial(port)];
  first.socket.write(askX + askY);
  await first.heard.count(6);
  first.socket.write(askY.repeat(100_000));
  second.socket.write(askY.repeat(1000));
  await second.heard.count(1 + 3 * 1000);
  expect([raw(first.heard), first.socket.writableLength > 0]).toEqual([line(ready) + plainX, true]);
  expect(raw(second.heard)).toBe(line(ready) + plainY.repeat(1000));
});

test('close-stdout: the client reads the end, and the process lives and reads', async () => {
  const running = play(['close-stdout at=response:2 invocation=1'], ['--strict']);
  running.child.stdin.write(askX);
  await once(running.child.stdout, 'end');
  expect(running.stdout().toString()).toBe(started + acknowledged + line(one));
  running.child.stdin.write(askY + askX.repeat(20_000));
  await until(() => running.child.stdin.writableLength === 0);
  running.child.kill('SIGTERM');
  const { code, stderr } = await running.ended;
  expect([code, stderr]).toEqual([1, expect.stringContaining('2 of 3 invocations used, 1 repeated')]);
});

test('stderr-flood: it waits for whoever does not read stderr, and goes on when it is read', async () => {
  const running = play(['stderr-flood bytes=3000000 at=response:2 invocation=1']);
  running.child.stderr.pause();
  running.child.stdin.write(askX + askY);
  await running.says(one);
  await sleep(100);
  expect(running.stdout().toString()).toBe(started + acknowledged + line(one));
  running.child.stderr.resume();
  await running.says(plainY);
  expect(running.stdout().toString()).toBe(started + plainX + plainY);
  running.child.kill('SIGTERM');
  const { code, stderr } = await running.ended;
  const flood = 'WARN the plugin logs more than its client reads\n'.repeat(62_500);
  expect([code, flood.length, stderr.includes(flood)]).toEqual([0, 3_000_000, true]);
});

test('restart: the process lives; what ran is lost, what comes is acknowledged at once and answered after the restart', async () => {
  const running = play(['restart ms=150 at=response:2 invocation=1']);
  await running.says('plugin_ready');
  const began = performance.now();
  running.child.stdin.write(askX + askY);
  await running.says(started + acknowledged + line(one) + acknowledged);
  await running.says(response('y', 'last'));
  expect(performance.now() - began).toBeGreaterThanOrEqual(150);
  await running.says(plainY);
  running.child.kill('SIGTERM');
  expect(await running.ended).toMatchObject({
    code: 0,
    stdout: Buffer.from(started + acknowledged + line(one) + plainY),
  });
});
