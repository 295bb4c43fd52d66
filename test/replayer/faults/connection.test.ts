import { once } from 'node:events';
import type { ReplayOptions } from 'reprise';
import { replay } from 'reprise';
import { expect, test } from 'vitest';
import { dial } from '../../support/dial.ts';
import { LineReader } from '../../support/line-reader.ts';
import { loopbacks } from '../../support/machine.ts';
import { until } from '../../support/recorder.ts';
import { loading, makeRecording, ready } from '../../support/recordings.ts';
import { play, portOf } from './programs.ts';
import {
  acknowledged,
  announcementOf,
  askX,
  askY,
  line,
  loadingLength,
  one,
  plainX,
  plainY,
  raw,
  session,
  two,
} from './wire.ts';

function open(faults: ReplayOptions['faults'], options: ReplayOptions = {}): ReturnType<typeof replay> {
  return replay(makeRecording(session), { mode: 'tcp', pace: 'instant', ...(faults && { faults }), ...options });
}

/** What a client had read when its connection was reset. */
async function untilReset(port: number, asked: string): Promise<string> {
  const { socket, heard } = await dial(port);
  const failed = once(socket, 'error');
  socket.write(asked);
  expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
  return raw(heard);
}

test.each([
  ['reset-peer', acknowledged],
  ['reset-peer at=response:3', acknowledged + line(one, two)],
  ['reset-peer at=after:end', plainX],
] as const)('reset-peer: %s: ECONNRESET behind what was sent before, and others are served', async (fault, wire) => {
  await using plugin = await open([`${fault} invocation=1`]);
  const stdout = new LineReader(plugin.stdout);
  expect(await untilReset(plugin.port, askX + askY)).toBe(line(ready) + wire);
  const other = await dial(plugin.port);
  other.socket.write(askY);
  await other.heard.count(4);
  expect([raw(other.heard), stdout.lines.length]).toEqual([line(ready) + plainY, 2]);
});

test('reset-peer: at connect nothing was read', async () => {
  await using plugin = await open(['reset-peer at=connect']);
  expect(await untilReset(plugin.port, askX)).toBe('');
});

test('reset-peer: by the program itself', async () => {
  const running = play(['reset-peer'], ['--mode', 'tcp']);
  expect(await untilReset(await portOf(running), askX)).toBe(line(ready) + acknowledged);
});

test.each([
  ['close', line(ready) + acknowledged],
  ['close at=end', line(ready) + plainX.slice(0, plainX.indexOf('{"invoke_id":"x","type":"plugin_invoke_end"'))],
  ['close at=connect', ''],
  ['close at=ready', ''],
  ['close at=after:ready', line(ready)],
] as const)('close: %s: the end is read, what came behind is lost, and others are served', async (fault, wire) => {
  await using plugin = await open([`${fault} connection=1`]);
  const stdout = new LineReader(plugin.stdout);
  const { socket, heard } = await dial(plugin.port);
  socket.on('error', () => undefined); // it may be written to when it is closed already
  const closed = once(socket, 'end');
  socket.write(askX + askY);
  await closed;
  expect(raw(heard)).toBe(wire);
  const other = await dial(plugin.port);
  other.socket.write(askY);
  await other.heard.count(4);
  expect([raw(other.heard), stdout.lines.length]).toEqual([line(ready) + plainY, 2]);
});

test('half-close: the end is read, and what the client writes is still read', async () => {
  await using plugin = await open(['half-close at=response:2 invocation=1']);
  const stdout = new LineReader(plugin.stdout);
  const { socket, heard } = await dial(plugin.port);
  let isFailed = false;
  socket.on('error', () => (isFailed = true));
  socket.write(askX);
  await once(socket, 'end');
  expect(raw(heard)).toBe(line(ready) + acknowledged + line(one));
  for (let round = 1; round <= 3; round++) {
    socket.write(askY.repeat(1000));
    await until(() => plugin.report().used[1]?.uses === round * 1000);
  }
  expect([isFailed, raw(heard)]).toEqual([false, line(ready) + acknowledged + line(one)]);
  expect(stdout.lines).toHaveLength(2);
  socket.end();
});

test('refuse: the port is announced, and refuses, on either family', async () => {
  await using plugin = await open(['refuse']);
  const stdout = new LineReader(plugin.stdout);
  expect(await stdout.count(2)).toEqual([loading, announcementOf(plugin.port)]);
  for (const host of loopbacks) await expect(dial(plugin.port, host)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('refuse: the process lives, and SIGTERM ends it', async () => {
  const running = play(['refuse'], ['--mode', 'tcp']);
  const port = await portOf(running);
  await expect(dial(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  running.child.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0, signal: null });
});

test('no-announcement: it listens, and does not say where', async () => {
  await using plugin = await open(['no-announcement']);
  const stdout = new LineReader(plugin.stdout);
  const { socket, heard } = await dial(plugin.port);
  socket.write(askX);
  await heard.count(6);
  plugin.stop();
  await stdout.end();
  expect([raw(heard), raw(stdout)]).toEqual([line(ready) + plainX, line(loading)]);
});

test.each([
  ['wrong-port', 1],
  ['wrong-port port=65535', 65_535],
] as const)('wrong-port: %s is announced, and the true one is served', async (fault, port) => {
  await using plugin = await open([fault]);
  const stdout = new LineReader(plugin.stdout);
  expect(await stdout.count(2)).toEqual([loading, announcementOf(port)]);
  const { socket, heard } = await dial(plugin.port);
  socket.write(askX);
  await heard.count(6);
  expect(raw(heard)).toBe(line(ready) + plainX);
});

test('wrong-port: in the text format', async () => {
  await using plugin = await open(['wrong-port port=7'], { responseFormat: 'text' });
  const stdout = new LineReader(plugin.stdout);
  await stdout.count(2);
  expect(raw(stdout).slice(loadingLength)).toMatch(
    /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d run\.go:167: \[INFO\]plugin is running on :::7\n$/,
  );
});
