import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replay } from 'reprise';
import { expect, test } from 'vitest';
import { makeFolder } from '../../support/files.ts';
import { LineReader } from '../../support/line-reader.ts';
import { invocation, loading, makeRecording, ready, request, startUp } from '../../support/recordings.ts';
import { textOf } from '../../support/error-text.ts';
import { dial } from '../../support/dial.ts';
import { until } from '../../support/recorder.ts';
import { play } from './programs.ts';
import { askX, askY, line, overStdio, plainX, plainY, raw, session, two } from './wire.ts';

const askZ = line(request('z', { n: 3 }));
const hello = line('Hello from the plugin');

test('the report counts how often each fault has acted, and one that never did is not ok', async () => {
  await using plugin = await replay(makeRecording(session), {
    pace: 'instant',
    faults: ['duplicate at=response:any invocation=1', 'latency ms=0 at=loading', 'stall action=nothing'],
  });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(askX + askY + askZ);
  await heard.text('plugin_invoke_end', 3);
  const report = plugin.report();
  expect([report.faults, report.counts.idle, report.ok]).toEqual([
    [
      { fault: 'duplicate at=response:any invocation=1', fired: 3 },
      { fault: 'latency ms=0 at=loading', fired: 1 },
      { fault: 'stall action=nothing', fired: 0 },
    ],
    1,
    false,
  ]);
});

test('where all have acted, and all was used once, all is ok', async () => {
  await using plugin = await replay(makeRecording(session), { pace: 'instant', faults: ['duplicate times=1'] });
  const heard = new LineReader(plugin.stdout);
  expect(plugin.report().counts.idle).toBe(1);
  plugin.stdin.write(askX + askY + askZ);
  await heard.text('plugin_invoke_end', 3);
  expect(plugin.report()).toMatchObject({ ok: true, counts: { idle: 0, repeated: 0, unused: 0 } });
});

test.each(['truncate bytes=94', 'oversize bytes=50', 'swap-ids', 'reorder at=error where=/request/n=1'])(
  'what can not be done there has not been done: %s',
  async (fault) => {
    await using plugin = await replay(makeRecording(session), { pace: 'instant', faults: [`${fault} times=1`] });
    const heard = new LineReader(plugin.stdout);
    plugin.stdin.write(askX);
    await heard.text('plugin_invoke_end');
    expect(raw(heard)).toBe(line(loading, ready) + plainX);
    expect([plugin.report().faults[0]?.fired, plugin.report().ok]).toEqual([0, false]);
  },
);

test('--strict gives status 1 and names the fault that never acted', async () => {
  const running = play(['drop', 'stall action=invoke_llm at="response 2"'], ['--strict', '--exit-on-eof']);
  running.child.stdin.end(askX + askY + askZ);
  const { code, stderr } = await running.ended;
  expect([code, stderr.split('\n').slice(1)]).toEqual([
    1,
    [
      'reprise: not as recorded: 3 of 3 invocations used, 0 repeated, 0 not used, 0 missed, 0 refused, 1 fault never acted',
      '  never acted stall action=invoke_llm at=response:2',
      '',
    ],
  ]);
});

test('--strict gives 0 where all have acted, and an exit keeps its status', async () => {
  const good = play(['drop'], ['--strict', '--exit-on-eof']);
  good.child.stdin.end(askX + askY + askZ);
  expect((await good.ended).code).toBe(0);
  const bad = play(['exit code=7'], ['--strict', '--exit-on-eof']);
  bad.child.stdin.end(askX);
  expect((await bad.ended).code).toBe(7);
});

test('without --strict it is told, and the status is 0', async () => {
  const running = play(['stall connection=1'], ['--exit-on-eof']);
  running.child.stdin.end(askX);
  const { code, stderr } = await running.ended;
  expect([code, stderr]).toEqual([0, expect.stringContaining('  never acted stall connection=1\n')]);
  expect(stderr).toContain('reprise: faults with seed 1; for the same again: --seed 1\n');
});

test.each([
  ['memory-crash bytes=1000', 'response 1'],
  ['request-too-long', 'request'],
  ['print-noise at=end', 'end'],
])('a preset has acted once, however many parts it has: %s', async (fault, place) => {
  const entries: unknown[] = [];
  await using plugin = await replay(makeRecording(session), {
    pace: 'instant',
    faults: [fault],
    onJournal: (entry) => void ('fault' in entry && entries.push([entry.fault, entry.place, entry.asked])),
  });
  plugin.stdin.write(askX);
  await until(() => entries.length > 0);
  plugin.stop();
  await plugin.exited;
  expect([plugin.report().faults, entries]).toEqual([[{ fault, fired: 1 }], [[fault, place, 1]]]);
});

/** What the journal has of faults. */
function faultsIn(file: string): unknown[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as Record<string, unknown>)
    .filter((entry) => typeof entry['fault'] === 'string')
    .map(({ at, ...entry }) => {
      expect(typeof at).toBe('number');
      return entry;
    });
}

test('the journal has its seed and faults, and an entry for each time one acted', async () => {
  const journal = join(makeFolder(), 'journal.jsonl');
  const faults = [
    'drop at="response 2" invocation=1',
    'stray-line at=after:end',
    'latency ms=0 at=ready',
    'stall connection=3',
  ];
  const wire = line(loading, ready) + plainX.replace(line(two), '') + hello + plainY + hello;
  expect((await overStdio({ faults, journal, seed: 5 }, { length: wire.length })).wire).toBe(wire);
  expect(JSON.parse(readFileSync(journal, 'utf8').split('\n')[0] ?? '')).toMatchObject({
    seed: 5,
    faults: [
      'drop at=response:2 invocation=1',
      'stray-line at=after:end',
      'latency ms=0 at=ready',
      'stall connection=3',
    ],
  });
  expect(faultsIn(journal)).toEqual([
    { fault: 'latency ms=0 at=ready', place: 'ready' },
    { fault: 'drop at=response:2 invocation=1', place: 'response 2', asked: 1 },
    { fault: 'stray-line at=after:end', place: 'after end', asked: 1 },
    { fault: 'stray-line at=after:end', place: 'after end', asked: 2 },
  ]);
});

test('the journal names the connection, and a moment so long after the request', async () => {
  const journal = join(makeFolder(), 'journal.jsonl');
  // Long enough for a busy machine to meet it.
  const slow = [...startUp(), ...invocation(100, 'a', { n: 1 }, ['one'], { gap: 300 })];
  await using plugin = await replay(makeRecording(slow), {
    mode: 'tcp',
    startupGap: 0,
    journal,
    faults: ['stray-line at=after:0ms', 'latency ms=0 at=connect'],
  });
  const { socket, heard } = await dial(plugin.port);
  await heard.count(1);
  socket.write(askX);
  await heard.text('plugin_invoke_end');
  await plugin.close();
  expect(faultsIn(journal)).toEqual([
    { fault: 'latency ms=0 at=connect', place: 'connect', connection: 1 },
    { fault: 'stray-line at=after:0ms', place: 'after 0ms', asked: 1, connection: 1 },
  ]);
});

/** Faults that would strike all they can. */
const fierce = [
  'drop at=response:any',
  'stall at=request',
  'exit at=error',
  'corrupt at=any',
  'bad-json at=end',
  'early-end at=acknowledgement',
  'error at=after:acknowledgement',
  'restart at=request',
  'kill at=end',
  'swap-ids',
  'wrong-id at=error',
  'stray-line at=after:0ms',
];

test.each(fierce)('a request that was not recorded is told so, unharmed: %s', async (fault) => {
  const asked = line(request('m', { n: 99 }));
  const { wire: plain } = await overStdio({}, { asked, length: 400 });
  const entries: unknown[] = [];
  const over = await overStdio(
    {
      faults: [fault.startsWith('corrupt') ? 'corrupt at=acknowledgement' : fault],
      onJournal: (entry) => void ('fault' in entry && entries.push(entry)),
    },
    { asked, length: 400 },
  );
  const unharmed = (wire: string): string[] => wire.replaceAll(/; journal [^"\\]*/g, '').split('\n');
  expect([unharmed(over.wire), over.exit, entries]).toEqual([unharmed(plain), { code: 0, signal: null }, []]);
  const { error_type, message } = textOf(over.wire.split('\n')[3]);
  expect([error_type, message.includes('/request/n recorded')]).toEqual(['NoRecordedInvocation', true]);
});

test('in between, what was recorded is struck, and what was not is not counted', async () => {
  const asked = line(request('m', { n: 99 })) + askX + line(request('m', { n: 98 })) + askY;
  await using plugin = await replay(makeRecording(session), {
    pace: 'instant',
    faults: ['drop at=response:any invocation=2'],
  });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(asked);
  await heard.text('plugin_invoke_end', 4);
  const answers = heard.lines.filter((text) => text.includes('plugin_response'));
  expect([answers.length, plugin.report().counts.missed]).toEqual([3, 2]);
  expect(answers.every((text) => text.includes('"x"'))).toBe(true);
});
