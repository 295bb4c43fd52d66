import type { FaultSpec } from 'reprise';
import { replay } from 'reprise';
import { expect, test } from 'vitest';
import { dial } from '../../support/dial.ts';
import { take } from '../../support/disturbed.ts';
import { LineReader } from '../../support/line-reader.ts';
import {
  acknowledgement,
  end,
  error,
  invocation,
  loading,
  makeRecording,
  ready,
  response,
  startUp,
} from '../../support/recordings.ts';
import { until } from '../../support/recorder.ts';
import { askX, askY, line, one, overStdio, plainX, plainY, raw, session, three, two } from './wire.ts';

const slow = [...startUp(), ...invocation(100, 'a', { n: 1 }, ['one', 'two', 'three'], { gap: 30 })];
const instant = { pace: 'instant', seed: 1 } as const;

test.each([
  'pause ms=1 at=request',
  'pause ms=1 at=response:1',
  'stderr-flood bytes=10',
  'ignore-signals at=request',
  'stray-line at=after:response:1',
])('what happens after a time does not happen because of another fault: %s', async (spec) => {
  await using plugin = await replay(makeRecording(session), { ...instant, faults: [spec, 'exit code=7 at=after:60s'] });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(askX);
  await heard.text('plugin_invoke_end');
  expect(plugin.report().faults.map(({ fired }) => fired > 0)).toEqual([true, false]);
});

test.each(['slicer', 'bandwidth rate=60000000'])('a message of many writes is sent whole: %s', async (spec) => {
  const faults = ['oversize bytes=300000 at=response:1 invocation=1', `${spec} at=response:1`];
  await using plugin = await replay(makeRecording(session), { ...instant, faults });
  const chunks: Buffer[] = [];
  plugin.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  plugin.stdin.write(askX);
  const tail = line(two, three, end('x'));
  await until(() => Buffer.concat(chunks.slice(-5)).toString().endsWith(tail));
  const lines = Buffer.concat(chunks).toString().split('\n');
  expect(lines[3]).toHaveLength(300_000);
  expect(line(...lines.slice(4, -1))).toBe(tail);
});

test('what comes after a time comes in the middle of a message', async () => {
  const faults = ['slicer gap=40 at=response:1', 'exit code=9 at=after:100ms'];
  await using plugin = await replay(makeRecording(session), { ...instant, faults });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(askX);
  expect(await plugin.exited).toEqual({ code: 9, signal: null });
  await heard.end();
  expect(one).toContain(heard.rest);
  expect(heard.rest.length).toBeLessThan(one.length);
});

test('an error after a time waits for the end of the message that is being sent', async () => {
  const faults = ['slicer gap=2 at=response:1', 'error at=after:50ms error_type="" text=late'];
  await using plugin = await replay(makeRecording(session), { ...instant, faults });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(askX);
  await heard.text('plugin_invoke_end');
  expect(heard.lines.slice(2)).toEqual([acknowledgement, one, error('x', 'late'), end('x')]);
});

test.each(['stall', 'no-end', 'error end=false'])(
  'one that never ends can still be met by what comes after a time: %s',
  async (spec) => {
    await using plugin = await replay(makeRecording(session), {
      ...instant,
      faults: [spec, 'exit code=7 at=after:50ms'],
    });
    plugin.stdin.write(askX);
    expect(await plugin.exited).toEqual({ code: 7, signal: null });
  },
);

test('one that has ended is not met any more', async () => {
  await using plugin = await replay(makeRecording(session), {
    ...instant,
    faults: ['exit at=after:20ms', 'latency ms=60 at=request invocation=2'],
  });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${askX}${askY}`);
  // The second one is running then.
  expect(await plugin.exited).toEqual({ code: 1, signal: null });
  await heard.end();
  expect(raw(heard).endsWith(plainX)).toBe(true);
  expect(plugin.report().faults[0]?.fired).toBe(1);
});

test('the parts of a preset act together, or not at all', async () => {
  const kinds = new Set<string>();
  for (let seed = 0; seed < 16; seed++) {
    await using plugin = await replay(makeRecording(session), {
      pace: 'instant',
      seed,
      faults: ['memory-crash chance=0.5 bytes=5000'],
    });
    const heard = new LineReader(plugin.stdout);
    plugin.stdin.write(askX);
    await Promise.race([plugin.exited, heard.text('plugin_invoke_end')]);
    const { fired } = plugin.report().faults[0] ?? {};
    const isWhole = raw(heard).endsWith(plainX);
    kinds.add(`${fired} ${isWhole ? 'whole' : String((await plugin.exited).signal)}`);
  }
  expect([...kinds].toSorted()).toEqual(['0 whole', '1 SIGKILL']);
});

test('latency at a pace delays each message once', async () => {
  const { journal } = await take(makeRecording(slow), [askX], { seed: 1, faults: ['latency ms=300 at=any'] });
  const asked = journal.find((entry) => 'id' in entry)?.at ?? 0;
  const sent = journal.filter((entry) => 'sent' in entry && entry.asked === 1);
  // The acknowledgement after 300, and the answers at their gaps of 30 behind that.
  expect(sent.map(({ at }) => Math.round(at - asked))).toEqual([300, 330, 360, 390, 420]);
});

test('a pause that begins while another one ends holds all connections', async () => {
  const faults = ['pause ms=30 at=response:1 connection=1', 'pause at=response:2 connection=1'];
  await using plugin = await replay(makeRecording(slow), { mode: 'tcp', seed: 1, startupGap: 0, faults });
  const clients = await Promise.all([dial(plugin.port), dial(plugin.port), dial(plugin.port)]);
  for (const { socket } of clients) socket.write(askX);
  await clients[0].heard.text('"one"');
  await new Promise((resolve) => setTimeout(resolve, 200)); // nothing tells that nothing comes
  for (const { heard } of clients) expect(raw(heard)).not.toContain('plugin_invoke_end');
});

test.each(['close', 'reset-peer', 'half-close'])(
  '%s at any place is that of a connection, not of stdout',
  async (name) => {
    await using plugin = await replay(makeRecording(session), { ...instant, mode: 'tcp', faults: [`${name} at=any`] });
    const stdout = new LineReader(plugin.stdout);
    await stdout.count(2);
    const { socket } = await dial(plugin.port);
    socket.on('error', () => undefined).resume();
    await new Promise((resolve) => socket.once('end', resolve).once('close', resolve));
    expect(plugin.report().faults).toEqual([{ fault: `${name} at=any`, fired: 1 }]);
  },
);

test('what a fault says of one whose id was swapped has the other id', async () => {
  const said = [
    ...startUp(),
    ...invocation(100, 'a', { n: 1 }, ['one', 'two'], { gap: 20 }),
    ...invocation(100, 'b', { n: 2 }, ['x', 'y'], { gap: 50 }),
  ];
  const expected = [response('y', 'one'), error('y', 'no'), end('y'), response('x', 'x'), response('x', 'y'), end('x')];
  const faults = ['swap-ids at=response:1 invocation=1', 'error at=response:2 invocation=1 error_type="" text=no'];
  const { wire } = await overStdio(
    { faults, pace: 'recorded', startupGap: 0 },
    { said, length: line(loading, ready, acknowledgement, acknowledgement, ...expected).length },
  );
  const heard = wire.split('\n').filter((text) => /"invoke_id":"[xy]"/.test(text));
  expect(heard).toEqual(expected);
});

test('requests behind an exit are not asked any more, however they were written', async () => {
  await using plugin = await replay(makeRecording(session), { ...instant, faults: ['exit code=0'] });
  plugin.stdin.write(`${askX}${askY}`);
  await plugin.exited;
  expect(plugin.report().counts).toMatchObject({ used: 1, unused: 2 });
});

test('a client that is gone is reported once a message, in however many writes it leaves', async () => {
  const faults = ['slicer gap=1 bytes=4 at=response:any'];
  await using plugin = await replay(makeRecording(session), { ...instant, mode: 'tcp', faults });
  const stdout = new LineReader(plugin.stdout);
  const { socket, heard } = await dial(plugin.port);
  socket.write(askX);
  await heard.text('received request');
  socket.resetAndDestroy();
  await stdout.text('write: ', 1);
  await new Promise((resolve) => setTimeout(resolve, 300)); // nothing tells that no more come
  expect(stdout.lines.filter((text) => text.includes('write: ')).length).toBeLessThanOrEqual(4);
});

test('what is left out of a fault is not named', async () => {
  const spec = { ...JSON.parse('{"fault":"stall"}'), at: undefined } as FaultSpec;
  await using plugin = await replay(makeRecording(session), { faults: [spec] });
  expect(plugin.report().faults).toEqual([{ fault: 'stall', fired: 0 }]);
});

test('a fault of one invocation leaves the wire of another as it is, behind it in one write', async () => {
  const { wire } = await overStdio(
    { faults: ['slicer bytes=3 invocation=1'] },
    {
      length: line(loading, ready).length + plainX.length + plainY.length,
    },
  );
  expect(wire.endsWith(plainX + plainY)).toBe(true);
});

test('whoever knows the port hears nothing before it is announced', async () => {
  const order: string[] = [];
  await using plugin = await replay(makeRecording(session), { ...instant, mode: 'tcp', faults: ['slow-start ms=50'] });
  plugin.stdout.on('data', (chunk: Buffer) => order.push(`stdout ${String(chunk).includes('"port"')}`));
  const { socket, heard } = await dial(plugin.port);
  socket.on('data', () => order.push('connection'));
  socket.write(askX);
  await heard.text('plugin_invoke_end');
  expect(order.slice(0, 3)).toEqual(['stdout false', 'stdout true', 'connection']);
  expect(raw(heard)).toBe(line(ready) + plainX);
});

test('whoever knows the port of one that is never ready waits in vain', async () => {
  await using plugin = await replay(makeRecording(session), { ...instant, mode: 'tcp', faults: ['never-ready'] });
  const { heard } = await dial(plugin.port);
  plugin.stop();
  expect(await heard.end()).toEqual([]);
  expect(await plugin.exited).toEqual({ code: 0, signal: null });
});
