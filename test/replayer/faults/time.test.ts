import type { ReplayOptions } from 'reprise';
import { replay } from 'reprise';
import { expect, test } from 'vitest';
import { dial } from '../../support/dial.ts';
import { LineReader } from '../../support/line-reader.ts';
import { invocation, loading, makeRecording, ready, response, startUp } from '../../support/recordings.ts';
import { play } from './programs.ts';
import { acknowledged, askX, askY, line, one, plainX, plainY, raw, session, three, two } from './wire.ts';

/** When each line came, in milliseconds from the request on. */
interface Timed {
  lines: string[];
  at: number[];
}

/** Asks when ready has come, and waits for so many lines behind it. */
async function timed(
  options: ReplayOptions,
  count: number,
  { said = session, asked = askX }: { said?: typeof session; asked?: string } = {},
): Promise<Timed> {
  await using plugin = await replay(makeRecording(said), { pace: 'instant', seed: 1, ...options });
  const heard = new LineReader(plugin.stdout);
  await heard.count(2);
  const began = performance.now();
  const at: number[] = [];
  plugin.stdout.on('heard', () => {
    while (at.length < heard.lines.length - 2) at.push(performance.now() - began);
  });
  plugin.stdin.write(asked);
  await heard.count(2 + count);
  return { lines: heard.lines.slice(2), at };
}

const slow = [...startUp(), ...invocation(100, 'a', { n: 1 }, ['one', 'two'], { gap: 30 })];

test('latency: every message comes so much later, in the same order, at the start too', async () => {
  const began = performance.now();
  const { lines, at } = await timed({ faults: ['latency ms=60'] }, 5);
  expect(performance.now() - began).toBeGreaterThanOrEqual(120);
  expect(line(...lines)).toBe(plainX);
  for (const time of at) expect(time).toBeGreaterThanOrEqual(60);
});

test('latency: it is 200 ms where nothing is said, and comes beside the recorded gaps', async () => {
  const options = { faults: ['latency at=response:any'], pace: 'recorded', startupGap: 0 } as const;
  const { lines, at } = await timed(options, 4, { said: slow });
  expect(line(...lines)).toBe(plainX.replace(line(three), ''));
  const [first = 0, second = 0] = at.slice(1);
  expect(first).toBeGreaterThanOrEqual(230);
  expect(second).toBeGreaterThanOrEqual(260);
});

test('latency: from response 3 on those before it are not held, and those behind it keep their order', async () => {
  const { lines, at } = await timed({ faults: ['latency ms=70 at=response:3 invocation=1'] }, 8, {
    asked: askX + askY,
  });
  // The other invocation does not wait.
  expect(line(...lines)).toBe(acknowledged + line(one, two) + plainY + plainX.slice(plainX.indexOf(three)));
  expect(at[6]).toBeGreaterThanOrEqual(70);
});

test('latency: with jitter none is earlier than without any', async () => {
  const { lines, at } = await timed({ faults: ['latency ms=40 jitter=20'] }, 5);
  expect(line(...lines)).toBe(plainX);
  for (const time of at) expect(time).toBeGreaterThanOrEqual(20);
});

test('latency: at connect a connection says nothing before', async () => {
  await using plugin = await replay(makeRecording(session), {
    mode: 'tcp',
    pace: 'instant',
    faults: ['latency ms=80 at=connect connection=2'],
  });
  const first = await dial(plugin.port);
  await first.heard.count(1);
  const began = performance.now();
  const second = await dial(plugin.port);
  expect(await second.heard.count(1)).toEqual([ready]);
  expect(performance.now() - began).toBeGreaterThanOrEqual(79); // it is counted from when it was accepted
});

test.each([
  ['slow-start ms=120', 'stdio'],
  ['slow-start ms=120', 'tcp'],
] as const)('slow-start: loading comes at once, and what stands for ready later: %s %s', async (fault, mode) => {
  await using plugin = await replay(makeRecording(session), { mode, pace: 'instant', faults: [fault] });
  const heard = new LineReader(plugin.stdout);
  await heard.count(1);
  const began = performance.now();
  expect(heard.lines).toEqual([loading]);
  plugin.stdin.write(askX);
  await heard.count(2);
  expect(performance.now() - began).toBeGreaterThanOrEqual(100);
});

test('stall: the invocation says nothing more, and others are answered', async () => {
  const { lines } = await timed({ faults: ['stall invocation=1'] }, 4 + 4, { asked: askX + askY + askX });
  expect(line(...lines).startsWith(acknowledged + plainY + acknowledged)).toBe(true);
});

test('stall: the process itself goes on, and SIGTERM ends it', async () => {
  const running = play(['stall at=response:2 invocation=1']);
  running.child.stdin.write(askX + askY);
  await running.says(plainY);
  running.child.kill('SIGTERM');
  const { code, stdout } = await running.ended;
  expect([code, stdout.toString()]).toEqual([0, line(loading, ready) + acknowledged + line(one) + plainY]);
});

test('stall: at ready it never comes, and nothing is read', async () => {
  await using plugin = await replay(makeRecording(session), { pace: 'instant', faults: ['stall at=ready'] });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(askX);
  await heard.count(1);
  plugin.stop();
  expect([await heard.end(), plugin.report().counts.used]).toEqual([[loading], 0]);
});

test('pause: nothing is sent or read on any connection, and then all is as it was', async () => {
  await using plugin = await replay(makeRecording(session), {
    mode: 'tcp',
    pace: 'instant',
    faults: ['pause ms=150 at=response:2 invocation=1'],
  });
  const [first, second] = [await dial(plugin.port), await dial(plugin.port)];
  await second.heard.count(1);
  first.socket.write(askX);
  await first.heard.text('"one"');
  const began = performance.now();
  second.socket.write(askY);
  await second.heard.count(2);
  expect(performance.now() - began).toBeGreaterThanOrEqual(100); // what was sent before came a little later
  await Promise.all([first.heard.count(6), second.heard.count(4)]);
  expect([raw(first.heard), raw(second.heard)]).toEqual([line(ready) + plainX, line(ready) + plainY]);
});

test('pause: without ms for ever, and signals are heard', async () => {
  const running = play(['pause']);
  running.child.stdin.write(askX + askY);
  await running.says(acknowledged);
  running.child.kill('SIGTERM');
  const { code, signal, stdout } = await running.ended;
  expect([code, signal, stdout.toString()]).toEqual([0, null, line(loading, ready) + acknowledged]);
});

test('bandwidth: so many bytes a second leave, in small writes, whatever they belong to', async () => {
  const writes: { at: number; size: number }[] = [];
  const began = performance.now();
  let wire = '';
  let tell: (() => void) | undefined;
  const whole = line(loading, ready) + plainX + plainY;
  await using plugin = await replay(makeRecording(session), {
    pace: 'instant',
    faults: ['bandwidth rate=4000'],
    stdout: {
      write(bytes) {
        writes.push({ at: performance.now() - began, size: bytes.length });
        wire += bytes.toString('latin1');
        if (wire.length >= whole.length) tell?.();
        return true;
      },
      onDrain: () => undefined,
      onFailure: () => undefined,
      flushed: () => Promise.resolve(),
      close: () => undefined,
    },
  });
  const done = new Promise<void>((resolve) => (tell = resolve));
  plugin.stdin.write(askX + askY);
  await done;
  expect(wire).toBe(whole);
  let sent = 0;
  for (const { at, size } of writes) {
    expect(size).toBeLessThanOrEqual(200); // twenty a second
    expect(at).toBeGreaterThanOrEqual((sent / 4000) * 1000 - 1);
    sent += size;
  }
});

test('bandwidth: of one connection others are as fast as ever', async () => {
  await using plugin = await replay(makeRecording(session), {
    mode: 'tcp',
    pace: 'instant',
    faults: ['bandwidth rate=2000 connection=1'],
  });
  const [first, second] = [await dial(plugin.port), await dial(plugin.port)];
  const began = performance.now();
  first.socket.write(askX);
  await second.heard.count(1);
  second.socket.write(askY);
  await second.heard.text(response('y', 'last'));
  expect(first.heard.lines.length).toBeLessThan(6);
  await first.heard.count(6);
  expect(performance.now() - began).toBeGreaterThanOrEqual(((plainX.length - 100) / 2000) * 1000);
  expect(raw(first.heard)).toBe(line(ready) + plainX);
});
