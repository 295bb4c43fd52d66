import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { ReplayOptions } from 'reprise';
import { replay } from 'reprise';
import { afterAll, expect, test } from 'vitest';
import { faultKinds } from '../../src/replayer/faults/catalogue.ts';
import type { AnyKind } from '../../src/replayer/faults/fault.ts';
import type { Taken } from '../support/disturbed.ts';
import { dial } from '../support/dial.ts';
import { collect, LeapingClock, take, watchExit } from '../support/disturbed.ts';
import {
  acknowledgement,
  end,
  invocation,
  makeRecording,
  ready,
  request,
  response,
  startUp,
} from '../support/recordings.ts';

// Every kind with every other, in both orders, and with itself: whatever they make of each other, the replay goes quiet
// or ends, and can be closed.

const kinds: readonly AnyKind[] = faultKinds;
/** Times and lengths that a test can wait for; the others stand as they are. */
const short: Readonly<Record<string, string>> = {
  latency: 'ms=1 jitter=1',
  pause: 'ms=1',
  bandwidth: 'rate=10000000',
  'slow-start': 'ms=1',
  restart: 'ms=1',
  'stderr-flood': 'bytes=64',
  slicer: 'bytes=64',
  coalesce: 'ms=1',
  oversize: 'bytes=500',
  'late-acknowledgement': 'ms=1',
};
const specOf = ({ name }: AnyKind): string => [name, short[name] ?? ''].join(' ').trim();

// Two that run at once, and one behind them.
const recording = makeRecording([
  ...startUp(),
  ...invocation(100, 'a', { n: 1 }, ['one', 'two', 'three'], { gap: 2 }),
  ...invocation(101, 'b', { n: 2 }, ['four', 'five'], { gap: 3 }),
  ...invocation(200, 'c', { n: 3 }, ['six']),
]);
const first = `${request('p', { n: 1 })}\n${request('q', { n: 2 })}\n`;
const second = `${request('r', { n: 3 })}\n`;

const rejections: unknown[] = [];
const note = (error: unknown): void => void rejections.push(error);
process.on('unhandledRejection', note);
afterAll(() => void process.off('unhandledRejection', note));

/** A pair at a time waits for the event loop; so many use its turns together. */
const atOnce = 12;

async function forEach<T>(list: readonly T[], visit: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...list];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await visit(one);
    }),
  );
  expect(rejections.splice(0)).toEqual([]);
}

/** An error inside says of which faults it came. */
async function named<T>(faults: readonly string[], work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(`with ${faults.join(' and ')}: ${String(error)}`, { cause: error });
  }
}

const overStdio = (faults: readonly string[], options: ReplayOptions = {}): Promise<Taken> =>
  named(faults, take(recording, [first, second], { ...options, faults, seed: 1 }));

const isInStdio = ({ isTcpOnly }: AnyKind): boolean => isTcpOnly !== true;
const pairsWith = (kind: AnyKind, others: readonly AnyKind[] = kinds): string[][] =>
  others.map((other) => [specOf(kind), specOf(other)]);

test('there are 48 kinds, of which 6 need connections', () => {
  expect(kinds).toHaveLength(48);
  expect(kinds.filter((kind) => !isInStdio(kind)).map(({ name }) => name)).toEqual([
    'refuse',
    'close',
    'reset-peer',
    'half-close',
    'no-announcement',
    'wrong-port',
  ]);
});

test.each(kinds.filter(isInStdio))('$name alone, and twice, acts over stdio', async (kind) => {
  const alone = await overStdio([specOf(kind)]);
  expect(alone.report.faults).toEqual([{ fault: specOf(kind), fired: expect.any(Number) as number }]);
  expect(alone.report.counts.idle).toBe(0);
  const twice = await overStdio([specOf(kind), specOf(kind)]);
  expect(twice.report.faults[0]?.fired).toBeGreaterThan(0);
});

test.each(
  kinds.filter(isInStdio).flatMap((kind) => [
    { kind, name: kind.name, responseFormat: 'json' as const },
    { kind, name: kind.name, responseFormat: 'text' as const },
  ]),
)(
  '$name with each other kind, over stdio in $responseFormat, goes quiet or ends, and closes',
  async ({ kind, responseFormat }) => {
    await forEach(pairsWith(kind, kinds.filter(isInStdio)), async (faults) => {
      const { text, journal, exit, report } = await overStdio(faults, { responseFormat });
      expect([faults, report.faults.map(({ fault }) => fault)]).toEqual([faults, faults]);
      // What is not sent is not told; what is written to a stdout that was closed is lost.
      const told = sum(journal);
      expect([faults, Math.min(told, text.length)]).toEqual([faults, text.length]);
      expect([faults, told === text.length || hasClosedStdout(report)]).toEqual([faults, true]);
      expect([faults, exit]).toEqual([faults, exit === undefined ? undefined : expectedExit]);
    });
  },
);

const expectedExit: unknown = expect.toBeOneOf([
  { code: 1, signal: null },
  { code: null, signal: 'SIGKILL' },
]);

function hasClosedStdout({ faults }: Taken['report']): boolean {
  return faults.some(({ fault, fired }) => fault === 'close-stdout' && fired > 0);
}

function sum(journal: Taken['journal']): number {
  return journal.reduce((bytes, entry) => bytes + ('sent' in entry ? entry.bytes : 0), 0);
}

test('a pause without end, with each other kind in both orders, over stdio', async () => {
  const others = kinds.filter(isInStdio).map(specOf);
  const pairs = others.flatMap((other) => [
    ['pause', other],
    [other, 'pause'],
  ]);
  await forEach(pairs, async (faults) => {
    const { text, journal } = await overStdio(faults);
    expect(sum(journal)).toBeGreaterThanOrEqual(text.length);
  });
});

test('ten thousand requests in one write, with what is sent outside of all, are answered', async () => {
  const many = Array.from({ length: 10_000 }, (_, index) => `${request(`r${index}`, { n: 3 })}\n`).join('');
  for (const pace of ['instant', 'recorded'] as const) {
    const { text, report } = await take(recording, [many], { pace, faults: ['late-acknowledgement ms=1'] });
    expect(text.split('plugin_invoke_end')).toHaveLength(10_001);
    expect(text.split('received request')).toHaveLength(10_001);
    expect(report.faults[0]?.fired).toBe(10_000);
  }
});

test.each(kinds.filter((kind) => !isInStdio(kind)))(
  'over stdio, $name is refused, whatever it comes with',
  async (kind) => {
    const pairs = pairsWith(kind).flatMap((pair) => [pair, pair.toReversed()]);
    await forEach(pairs, async (faults) => {
      const found = kinds.find((one) => !isInStdio(one) && faults[0] === one.name) ?? kind;
      await expect(replay(recording, { faults })).rejects.toMatchObject({
        name: 'RepriseError',
        code: 'usage',
        message: `Failed to read \`--fault\`: ${found.name} acts where there are TCP connections, and this is stdio. Use it in TCP mode, or leave it out.`,
      });
    });
  },
);

/** A client of a TCP replay, which may be cut off or refused. */
function knock(port: number): { socket: Socket; closed: Promise<unknown> } {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.on('error', () => undefined).resume(); // told by its end
  return { socket, closed };
}

/** Two clients ask; when all is quiet the first asks once more, and ends, and the other one goes. */
async function overTcp(faults: readonly string[]): Promise<Taken['report']> {
  const clock = new LeapingClock();
  const { outlet } = collect();
  const options = { mode: 'tcp', host: '127.0.0.1', startupGap: 0, seed: 1, clock, stdout: outlet, faults } as const;
  const plugin = await replay(recording, options);
  const exit = watchExit(plugin);
  const settle = (): Promise<void> => clock.run(() => exit() !== undefined, 8);
  const [one, two] = [knock(plugin.port), knock(plugin.port)];
  one.socket.write(first);
  two.socket.write(first);
  await settle();
  if (!one.socket.destroyed) one.socket.end(second);
  two.socket.destroy();
  await settle();
  await plugin.close();
  expect(exit()).toBeDefined();
  await Promise.all([one.closed, two.closed]);
  return plugin.report();
}

test('a restart by one connection does not cut a line of another that is being sliced', async () => {
  const faults = ['slicer bytes=40 gap=5 at=response:1 connection=1', 'restart ms=1 at=request connection=2'];
  await using plugin = await replay(recording, { mode: 'tcp', pace: 'instant', faults });
  const [one, two] = [await dial(plugin.port), await dial(plugin.port)];
  one.socket.write(`${request('p', { n: 1 })}\n`);
  await one.heard.until(() => one.heard.rest.includes('"p"'), 'the beginning of a response');
  two.socket.write(`${request('q', { n: 2 })}\n`);
  await one.heard.count(3);
  one.socket.write(`${request('r', { n: 3 })}\n`);
  await one.heard.text('"r","type":"plugin_invoke_end"');
  expect(one.heard.lines).toEqual([
    ready,
    acknowledgement,
    response('p', 'one'),
    acknowledgement,
    response('r', 'six'),
    end('r'),
  ]);
});

test.each(kinds.filter((kind) => !isInStdio(kind)))(
  '$name with each kind in both orders, over TCP, goes quiet or ends, and closes',
  async (kind) => {
    const [alone] = (await overTcp([kind.name])).faults;
    expect(alone?.fired).toBeGreaterThan(0);
    const others = kinds.filter((other) => isInStdio(other) || kinds.indexOf(other) >= kinds.indexOf(kind));
    const pairs = pairsWith(kind, others).flatMap((pair) => [pair, pair.toReversed()]);
    await forEach(pairs, async (faults) => {
      const report = await named(faults, overTcp(faults));
      expect(report.faults.map(({ fault }) => fault)).toEqual(faults);
    });
  },
);
