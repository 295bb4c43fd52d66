import { once } from 'node:events';
import { connect } from 'node:net';
import { replay } from 'reprise';
import { expect, test } from 'vitest';
import { dial } from '../support/dial.ts';
import { LineReader } from '../support/line-reader.ts';
import { reprise } from '../support/programs.ts';
import { start, until } from '../support/recorder.ts';
import { loopbacks } from '../support/machine.ts';
import {
  acknowledgement,
  announcement,
  end,
  invocation,
  loading,
  makeRecording,
  plugin as said,
  ready,
  request,
  response,
  startUp,
  simple,
} from '../support/recordings.ts';

const tcp = { mode: 'tcp', pace: 'instant' } as const;

const failedWrite =
  /^\{"invoke_id":"","type":"error","response":\{"error":"write tcp 127\.0\.0\.1:(\d+)-\\u003e127\.0\.0\.1:(\d+): write: (broken pipe|connection reset by peer)"\}\}$/;

test('answers over TCP, on either family, with ready first on each connection', async () => {
  await using plugin = await replay(makeRecording(simple), tcp);
  const stdout = new LineReader(plugin.stdout);
  for (const host of loopbacks) {
    const { socket, heard } = await dial(plugin.port, host);
    socket.write(`${request('x', { n: 1 })}\n`);
    expect(await heard.count(5)).toEqual([
      ready,
      acknowledgement,
      ...[response('a', 'one'), response('a', 'two'), end('a')].map((line) => line.replace('"a"', '"x"')),
    ]);
  }
  expect(stdout.lines).toEqual([loading, announcement.replaceAll('41877', String(plugin.port))]);
});

test('ends the connections that there are, and refuses others, when it is closed', async () => {
  const plugin = await replay(makeRecording(simple), tcp);
  const { heard } = await dial(plugin.port);
  await heard.count(1);
  await plugin.close();
  expect(await heard.end()).toEqual([ready]);
  await expect(dial(plugin.port)).rejects.toThrow('ECONNREFUSED');
});

test('answers equal requests with those of the same connection first', async () => {
  const session = [
    said(1, loading),
    said(2, announcement),
    said(3, ready, 1),
    said(4, ready, 2),
    ...invocation(10, 'a', {}, ['on 1'], { connection: 1 }),
    ...invocation(20, 'a', {}, ['on 2'], { connection: 2 }),
  ];
  await using plugin = await replay(makeRecording(session), tcp);
  const one = await dial(plugin.port);
  await one.heard.count(1);
  const two = await dial(plugin.port);
  await two.heard.count(1);
  two.socket.write(`${request('x')}\n`);
  expect((await two.heard.count(4))[2]).toBe(response('x', 'on 2'));
  one.socket.write(`${request('x')}\n`);
  expect((await one.heard.count(4))[2]).toBe(response('x', 'on 1'));
});

test.each(['closes', 'resets'] as const)(
  'reports each message that it can not write to a client that %s mid-answer, and serves the others',
  async (how) => {
    const session = [
      ...startUp(),
      ...invocation(
        100,
        'a',
        { n: 1 },
        Array.from({ length: 40 }, (_, index) => String(index)),
        { gap: 10 },
      ),
      ...invocation(900, 'a', { n: 2 }, ['still here']),
    ];
    await using plugin = await replay(makeRecording(session), { mode: 'tcp', startupGap: 0 });
    const stdout = new LineReader(plugin.stdout);
    const [one, two] = [await dial(plugin.port), await dial(plugin.port)];
    const port = one.socket.localPort;
    one.socket.write(`${request('x', { n: 1 })}\n`);
    await one.heard.text('"text":"5"');
    const seen = one.heard.lines.length - 2;
    if (how === 'closes') one.socket.destroy();
    else one.socket.resetAndDestroy();
    // 41 messages in all; the system may take two more before it learns that nobody is there.
    const expected = 41 - seen - 2;
    await stdout.until(() => stdout.lines.length - 2 >= expected, `${expected} reports`);
    for (const line of stdout.lines.slice(2)) expect(line).toMatch(failedWrite);
    const [, from, to] = failedWrite.exec(stdout.lines.at(-1) ?? '') ?? [];
    expect([Number(from), Number(to)]).toEqual([plugin.port, port]);
    two.socket.write(`${request('y', { n: 2 })}\n`);
    expect(await two.heard.count(4)).toEqual([ready, acknowledgement, response('y', 'still here'), end('y')]);
  },
);

test('reports in the system’s words what was still waiting for a client that did not read and is gone', async () => {
  const text = 'x'.repeat(50_000);
  const session = [
    ...startUp(),
    ...invocation(
      100,
      'a',
      {},
      Array.from({ length: 400 }, () => text),
    ),
  ];
  await using plugin = await replay(makeRecording(session), tcp);
  const stdout = new LineReader(plugin.stdout);
  const socket = connect({ port: plugin.port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(`${request('x')}\n`);
  await once(socket, 'readable'); // and reads no more
  socket.resetAndDestroy();
  await stdout.until(() => stdout.lines.length > 100, 'a hundred reports');
  for (const line of stdout.lines.slice(2)) expect(line).toMatch(failedWrite);
});

test('reports the message too that was half sent when its client went', async () => {
  const big = invocation(100, 'a', { n: 1 }, ['x'.repeat(20 << 20)]);
  const file = makeRecording([...startUp(), ...big, ...invocation(200, 'b', { n: 2 }, [])]);
  const plugin = start([...reprise, 'replay', file, '-m', 'tcp', '--pace', 'instant']);
  await plugin.says('"port":');
  const port = Number(/"port":(\d+)/.exec(plugin.stdout().toString())?.[1]);
  const socket = connect(port, '127.0.0.1'); // and does not read
  await once(socket, 'connect');
  socket.write(`${request('x', { n: 1 })}\n`);
  const { heard, socket: other } = await dial(port);
  other.write(`${request('y', { n: 2 })}\n`);
  await heard.count(3); // so it has come to the half of it
  socket.resetAndDestroy();
  await until(() => plugin.stdout().toString().split('\n').length > 4);
  other.write(`${request('z', { n: 2 })}\n`);
  await heard.count(5);
  plugin.child.kill();
  const lines = (await plugin.ended).stdout.toString().split('\n').slice(2, -1);
  expect(lines.map((line) => failedWrite.test(line))).toEqual([true, true]);
});

test('goes on answering after a half-close, then closes the connection', async () => {
  await using plugin = await replay(
    makeRecording([...startUp(), ...invocation(100, 'a', {}, ['one', 'two'], { gap: 40 })]),
    { mode: 'tcp', startupGap: 0 },
  );
  const { socket, heard } = await dial(plugin.port);
  socket.end(request('x'));
  expect(await heard.end()).toEqual([ready, acknowledgement, response('x', 'one'), response('x', 'two'), end('x')]);
});

test('hears nothing more from a client whose line is longer than 15 MiB, and still hears the others', async () => {
  await using plugin = await replay(makeRecording(simple), tcp);
  const [one, two] = [await dial(plugin.port), await dial(plugin.port)];
  one.socket.write(`${request('x', { n: 1 })}\n`);
  await one.heard.count(5);
  one.socket.on('error', () => undefined);
  one.socket.write('x'.repeat((15 << 20) - 1));
  one.socket.write(`xy\n${request('y', { n: 1 })}\n`.repeat(1000));
  two.socket.write(`${request('z', { n: 1 })}\n`.padStart(15 << 20, ' '));
  await two.heard.count(5);
  expect(one.heard.lines).toHaveLength(5);
  expect(one.heard.hasEnded).toBe(false);
});

test('refuses a port that is taken', async () => {
  await using one = await replay(makeRecording(simple), tcp);
  await expect(replay(makeRecording(simple), { ...tcp, port: one.port })).rejects.toMatchObject({
    code: 'port-in-use',
  });
  await using other = await replay(makeRecording(simple), { ...tcp, host: '127.0.0.1' });
  for (const host of loopbacks.slice(1)) await expect(dial(other.port, host)).rejects.toThrow('ECONNREFUSED');
});
