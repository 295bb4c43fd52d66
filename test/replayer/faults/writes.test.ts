import type { ReplayOptions } from 'reprise';
import { replay } from 'reprise';
import { expect, test } from 'vitest';
import {
  end,
  invocation,
  loading,
  makeRecording,
  ready,
  request,
  response,
  startUp,
} from '../../support/recordings.ts';
import { LineReader } from '../../support/line-reader.ts';
import { acknowledged, askX, askY, line, one, overStdio, plainX, plainY, session } from './wire.ts';

/** The writes in which all of this comes. */
async function writesOf(faults: ReplayOptions['faults'], whole: string): Promise<string[]> {
  const writes: string[] = [];
  let tell: (() => void) | undefined;
  await using plugin = await replay(makeRecording(session), {
    pace: 'instant',
    seed: 1,
    ...(faults && { faults }),
    stdout: {
      write(bytes) {
        writes.push(bytes.toString('latin1'));
        if (writes.join('').length >= whole.length) tell?.();
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
  expect(writes.join('')).toBe(whole);
  return writes;
}

const started = line(loading, ready);
const whole = started + plainX + plainY;

/** A line that has been damaged: the places of the bits that are other ones. */
function flippedBits(was: string, is: string): number {
  let count = 0;
  for (let at = 0; at < was.length; at++)
    for (let rest = was.charCodeAt(at) ^ is.charCodeAt(at); rest > 0; rest >>= 1) count += rest & 1;
  return count;
}

test('slicer: each write has one byte where nothing is said', async () => {
  expect(await writesOf(['slicer'], whole)).toEqual(whole.split(''));
});

test('slicer: each write has so many bytes of one message, and between them there is a gap', async () => {
  const began = performance.now();
  const writes = await writesOf(['slicer bytes=40 gap=20 at=response:1 invocation=1'], whole);
  expect(performance.now() - began).toBeGreaterThanOrEqual(40);
  const at = writes.indexOf(one.slice(0, 40));
  expect(writes.slice(at, at + 3)).toEqual([one.slice(0, 40), one.slice(40, 80), `${one.slice(80)}\n`]);
});

test('slicer: characters of several bytes are cut, too', async () => {
  const said = [...startUp(), ...invocation(100, 'a', {}, ['é€😀'])];
  const wire = Buffer.from(started + acknowledged + line(response('x', 'é€😀'), end('x'))).toString('latin1');
  const over = await overStdio({ faults: ['slicer'] }, { said, asked: line(request('x')), length: wire.length });
  expect(over.wire).toBe(wire);
});

test('coalesce: what comes within the time is one write', async () => {
  const began = performance.now();
  const writes = await writesOf(['coalesce ms=60'], whole);
  expect(performance.now() - began).toBeGreaterThanOrEqual(120);
  expect(writes).toEqual([started, plainX + plainY]);
});

test('oversize: it is a byte more than 5 MiB where nothing is said, and valid', async () => {
  const length = (5 << 20) + 1;
  const wire = started.length + plainX.length - one.length + length;
  const over = await overStdio({ faults: ['oversize'] }, { asked: askX, length: wire });
  const lines = over.wire.split('\n');
  expect([lines.map((text) => text.length)[3], lines.length]).toEqual([length, 8]);
  const { response: body, ...rest } = JSON.parse(lines[3] ?? '') as { response: { padding: string } };
  const { padding, ...own } = body;
  expect([rest, own, /^x+$/.test(padding)]).toEqual([
    { invoke_id: 'x', type: 'plugin_response' },
    { message: { text: 'one' }, type: 'text' },
    true,
  ]);
});

test('corrupt: so many bits, others by another seed, and the same ones by the same seed', async () => {
  const seen = new Set<string>();
  for (const seed of [1, 2, 3, 1]) {
    const plain = started + plainX;
    const over = await overStdio({ faults: ['corrupt bits=3'], seed }, { asked: askX, length: plain.length });
    expect([over.wire.length, over.wire.split('\n').length]).toEqual([plain.length, plain.split('\n').length]);
    // Two flips of the same bit make none.
    expect([1, 3]).toContain(flippedBits(plain, over.wire));
    seen.add(over.wire);
  }
  expect(seen.size).toBe(3);
});

test('swap-ids: each of two that run at once gets the other’s answers from there on', async () => {
  const said = [
    ...startUp(),
    ...invocation(100, 'a', { n: 1 }, ['a1', 'a2', 'a3'], { gap: 40 }),
    ...invocation(1000, 'b', { n: 2 }, ['b1', 'b2'], { gap: 65 }),
  ];
  await using plugin = await replay(makeRecording(said), {
    startupGap: 0,
    faults: ['swap-ids at=response:2 invocation=1'],
  });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(askX + askY);
  await heard.count(2 + 2 + 7);
  const of = (id: string): string[] => heard.lines.filter((text) => text.includes(`"invoke_id":"${id}"`));
  // At 40 a1, at 65 b1, from a2 at 80 on each has the other's.
  expect(of('x')).toEqual([response('x', 'a1'), response('x', 'b2'), end('x')]);
  expect(of('y')).toEqual([response('y', 'b1'), response('y', 'a2'), response('y', 'a3'), end('y')]);
  expect(plugin.report().faults).toEqual([{ fault: 'swap-ids at=response:2 invocation=1', fired: 1 }]);
});

test('swap-ids: of one that runs alone nothing is swapped', async () => {
  const over = await overStdio({ faults: ['swap-ids'] }, { length: whole.length });
  expect(over.wire).toBe(whole);
});
