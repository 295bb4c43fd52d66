import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import * as fc from 'fast-check';
import { replay } from 'reprise';
import { describe, expect, test } from 'vitest';
import { faultKinds } from '../../src/replayer/faults/catalogue.ts';
import type { AnyKind } from '../../src/replayer/faults/fault.ts';
import { collect, take, textsById } from '../support/disturbed.ts';
import type { Said } from '../support/recordings.ts';
import { acknowledgement, invocation, makeRecording, request, startUp } from '../support/recordings.ts';
import { program } from '../support/run.ts';

const kinds: readonly AnyKind[] = faultKinds;

describe('a seed', () => {
  const words = (name: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${name} ${index} `.repeat(5));
  // Of equal requests three were recorded; five are asked.
  const recording = makeRecording([
    ...startUp(),
    ...invocation(100, 'a', { n: 1 }, words('alpha', 6)),
    ...invocation(200, 'b', { n: 2 }, words('bravo', 4)),
    ...invocation(300, 'c', { equal: true }, words('charlie', 3)),
    ...invocation(400, 'd', { equal: true }, words('delta', 5)),
    ...invocation(500, 'e', { n: 3 }, words('echo', 2)),
    ...invocation(600, 'f', { equal: true }, words('foxtrot', 4)),
  ]);
  const asked = ['n1', 'equal1', 'equal2', 'n2', 'equal3', 'equal4', 'equal5', 'n3', 'refused'];
  const equals = asked.filter((id) => id.startsWith('equal'));
  function lineOf(id: string): string {
    if (id === 'refused') return '{"invoke_id":"refused"}\n';
    return `${request(id, id.startsWith('equal') ? { equal: true } : { n: Number(id.slice(1)) })}\n`;
  }
  const lines = asked.map(lineOf).join('');
  const faults = [
    'latency ms=2 jitter=2',
    'corrupt at=response:any bits=3 chance=0.6',
    'drop at=response:any chance=0.2',
    'duplicate at=response:2 copies=2 chance=0.5',
    'stray-line at=end chance=0.5 text=stray',
    'truncate at=error chance=0.5',
  ];
  const options = { pace: 'instant', faults, seed: 7 } as const;

  const flags = (own: readonly string[]): string[] => [
    '--pace',
    'instant',
    '--exit-on-eof',
    ...own.flatMap((fault) => ['--fault', fault]),
  ];

  /** All that is said, in real time, to requests that come in one write. */
  async function answer(seed: number): Promise<string> {
    const { outlet, text } = collect();
    await using plugin = await replay(recording, { ...options, seed, exitOnEof: true, stdout: outlet });
    plugin.stdin.end(lines);
    await plugin.exited;
    return text();
  }

  test('gives the same bytes in the same order a hundred times, and others with another one', async () => {
    const first = await answer(7);
    for (let run = 0; run < 99; run++) expect(await answer(7)).toBe(first);
    const others = await Promise.all([1, 2, 3, 4, 5].map((seed) => answer(seed)));
    expect(new Set([first, ...others]).size).toBe(6);
  });

  test('gives the same bytes in every process, which are those of the library', async () => {
    const run = async (seed: number): Promise<string> => {
      const args = [program, 'replay', recording, ...flags(faults), '--seed', String(seed)];
      const { stdout } = await execa(process.execPath, args, {
        input: lines,
        encoding: 'buffer',
        stripFinalNewline: false,
      });
      return Buffer.from(stdout).toString('latin1');
    };
    const runs = await Promise.all([7, 7, 7, 7, 8].map(run));
    expect(runs.slice(0, 4)).toEqual(Array.from({ length: 4 }, () => runs[0]));
    expect(runs[0]).toBe(await answer(7));
    expect(runs[4]).not.toBe(runs[0]);
  });

  test('gives the same bytes however slowly they are read, and those of no fault where none acts', async () => {
    const long = makeRecording([
      ...startUp(),
      ...[1, 2, 3, 4, 5, 6].flatMap((n) => invocation(n * 100, 'a', { n }, words(String(n).repeat(900), 40))),
    ]);
    const ask = [1, 2, 3, 4, 5, 6].map((n) => lineOf(`n${n}`)).join('');
    const read = async (own: readonly string[], ms: number): Promise<string> => {
      const child = spawn(process.execPath, [program, 'replay', long, ...flags(own), '--seed', '7'], {
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      child.stdin.end(ask);
      const chunks: Buffer[] = [];
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        if (chunks.length % 3 === 0 && ms > 0) await sleep(ms);
      }
      return Buffer.concat(chunks).toString('latin1');
    };
    const disturbing = ['corrupt at=response:any chance=0.5', 'duplicate at=response:any chance=0.3'];
    const [bare, disturbed] = await Promise.all([read([], 0), read(disturbing, 0)]);
    expect(bare.length).toBeGreaterThan(1 << 20);
    for (const ms of [0, 1, 10]) {
      expect((await read(['stall at=response:999'], ms)) === bare).toBe(true);
      expect((await read(disturbing, ms)) === disturbed).toBe(true);
    }
  });

  test('gives each invocation the same bytes, in whatever order they are asked', async () => {
    const usual = textsById(await take(recording, [lines], options));
    expect([...usual.keys()].toSorted()).toEqual(asked.toSorted());
    const order = fc.shuffledSubarray(asked, { minLength: asked.length });
    await fc.assert(
      fc.asyncProperty(order, fc.boolean(), async (mixed, isOneByOne) => {
        // Equal requests get what was recorded in its order, whichever they are.
        const left = [...equals];
        const again = mixed.map((id) => lineOf(equals.includes(id) ? (left.shift() ?? '') : id));
        const taken = await take(recording, isOneByOne ? again : [again.join('')], options);
        expect(new Map(textsById(taken))).toEqual(usual);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a fault on one invocation', () => {
  /**
   * Leaves the others alone. Left out are the faults of the groups `process` and `connection`, which end, restart, block
   * or cut off all that runs, and of the others:
   */
  const leftOut = [
    'slow-start', // these three act at start-up, where there is no invocation
    'ready-twice',
    'answer-before-ready',
    'swap-ids', // it acts on two invocations
  ];
  // `pause` and `bandwidth` hold all that runs up, and leave its bytes as they were.
  const variants: Readonly<Record<string, readonly string[]>> = {
    latency: ['ms=5', 'ms=3 jitter=3'],
    pause: ['ms=4'],
    bandwidth: ['rate=20000'],
    slicer: ['bytes=1', 'bytes=7 gap=1'],
    coalesce: ['ms=4'],
    truncate: ['', 'bytes=10 newline=false'],
    corrupt: ['bits=1', 'bits=20'],
    oversize: ['bytes=300'],
    duplicate: ['', 'copies=3'],
    'late-acknowledgement': ['ms=0', 'ms=3'],
    error: ['', 'ms=3 end=false', 'error_type=""'],
    'missing-field': ['', 'field=invoke_id', 'field=type'],
  };
  const eligible = kinds.filter(
    ({ name, group }) => group !== 'process' && group !== 'connection' && !leftOut.includes(name),
  );
  const within = ['request', 'acknowledgement', 'response', 'response:2', 'response:last', 'error', 'end', 'any'];

  const texts = (name: string): string[] => [1, 2, 3, 4].map((n) => `${name} says ${n}`);
  const speak = (who: string, at: number): Said[] =>
    invocation(at, who, { who, number: at }, texts(who), { gap: 2 }).map((said) =>
      Object.assign(said, { line: said.line?.replace('invoke_tool', `call_${who}`) }),
    );
  const who = ['ada', 'bob', 'cleo', 'dora'];
  const recording = makeRecording([
    ...startUp(),
    ...who.flatMap((one, index) => speak(one, 100 + index)),
    ...speak('eve', 300),
  ]);
  const lineOf = (one: string, index: number): string =>
    `${request(`id of ${one}`, { who: one, number: index === 4 ? 300 : 100 + index }, `call_${one}`)}\n`;
  const batches = [who.map(lineOf).join(''), lineOf('eve', 4)];

  const place = (kind: AnyKind): fc.Arbitrary<string> => {
    const due = within.filter((one) => kind.places.some((name) => name === one.split(':')[0]));
    if (kind.isChange === true) return fc.constantFrom(...due);
    return fc.constantFrom(...due, ...due.map((one) => `after:${one}`), 'after:1ms', 'after:5ms');
  };
  const aim = (victim: number): fc.Arbitrary<string> => {
    const name = who[victim] ?? '';
    return fc.constantFrom(
      `invocation=${victim + 1}`,
      `where=/request/who=${name}`,
      `where=/request/number=${100 + victim} type=t*`,
      `where=/**=${name.slice(0, 2)}*`,
      `action=call_${name}`,
      `action=*${name} type=tool`,
      `action=call_* invocation=${victim + 1}`,
      `where=/request/who=${name} invocation=1`,
    );
  };
  const fault = (victim: number): fc.Arbitrary<string> =>
    fc
      .constantFrom(...eligible)
      .chain((kind) =>
        fc.tuple(
          fc.constant(kind.name),
          fc.constantFrom(...(variants[kind.name] ?? [''])),
          place(kind).map((at) => `at=${at}`),
          aim(victim),
          fc.constantFrom('', '', 'chance=0.5', 'times=1'),
        ),
      )
      .map((parts) => parts.filter((part) => part !== '').join(' '));
  const plan = fc.nat(3).chain((victim) =>
    fc.record({
      victim: fc.constant(victim),
      faults: fc.array(fault(victim), { minLength: 1, maxLength: 4 }),
      seed: fc.nat(),
      responseFormat: fc.constantFrom('json', 'json', 'text'),
    }),
  );

  /** The last message of each line: behind one without a newline, another one goes on. */
  const messages = (text: string): string[] =>
    text.split('\n').map((line) => line.slice(Math.max(line.lastIndexOf('{"invoke_id":'), 0)));

  test('there are so many that act on one', () => {
    expect(eligible).toHaveLength(48 - 9 - 6 - leftOut.length);
    expect(eligible.every((kind) => within.some((one) => kind.places.some((name) => name === one)))).toBe(true);
  });

  test('leaves the bytes of all others as they were', { timeout: 120_000 }, async () => {
    const bare = {
      json: await take(recording, batches),
      text: await take(recording, batches, { responseFormat: 'text' }),
    };
    let fired = 0;
    await fc.assert(
      fc.asyncProperty(plan, async ({ victim, faults, seed, responseFormat }) => {
        const taken = await take(recording, batches, { faults, seed, responseFormat });
        fired += taken.report.counts.idle === 0 ? 1 : 0;
        const others = [...who.filter((_, index) => index !== victim), 'eve'].map((one) => `id of ${one}`);
        const [expected, got] = [textsById(bare[responseFormat]), textsById(taken)];
        // As the journal tells what is whose, acknowledgements are among it.
        for (const id of others) expect([id, got.get(id)]).toEqual([id, expected.get(id)]);
        if (responseFormat === 'text') return; // nothing else tells them apart
        const [before, after] = [messages(bare.json.text), messages(taken.text)];
        for (const id of others) {
          const mine = (line: string): boolean => line.startsWith(`{"invoke_id":"${id}"`);
          expect(after.filter(mine)).toEqual(before.filter(mine));
        }
        expect(after.filter((line) => line === acknowledgement).length).toBeGreaterThanOrEqual(others.length);
      }),
      { numRuns: 500 },
    );
    expect(fired).toBeGreaterThan(100);
  });
});
