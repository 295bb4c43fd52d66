import { replay } from 'reprise';
import { expect, test } from 'vitest';
import { dial } from '../../support/dial.ts';
import { LineReader } from '../../support/line-reader.ts';
import { loopbacks } from '../../support/machine.ts';
import { error, loading, makeRecording } from '../../support/recordings.ts';
import { presetRows } from './tables/presets.ts';
import type { Row } from './wire.ts';
import {
  announcementOf,
  askX,
  expectedOf,
  line,
  loadingLength,
  overStdio,
  overTcp,
  raw,
  session,
  specOf,
  text,
} from './wire.ts';

const named = (chosen: readonly Row[]): (readonly [string, Row])[] => chosen.map((row) => [specOf(row), row]);
const json = named(presetRows.filter((row) => row.text === undefined));

test.each(json)('over stdio: %s', async (spec, row) => {
  const { start, ready, answers, exit } = expectedOf(row);
  const wire = start + ready + answers;
  expect(await overStdio({ faults: [spec] }, { length: wire.length })).toEqual({ wire, exit });
});

test.each(json)('over TCP: %s', async (spec, row) => {
  const { start, ready, answers, exit } = expectedOf(row);
  const wire = ready + answers;
  const over = await overTcp({ faults: [spec] }, { length: wire.length });
  expect(over).toEqual({ wire, exit, stdout: start + over.announced, announced: over.announced });
});

test.each(named(presetRows.filter((row) => row.text !== undefined)))('in the text format: %s', async (spec, row) => {
  const wire = text.ready + (row.text ?? '');
  const over = await overStdio(
    { faults: [spec], responseFormat: 'text' },
    { asked: askX, length: loadingLength + wire.length },
  );
  expect(over.wire.slice(loadingLength)).toBe(wire);
});

const heartbeat = line(error('', 'failed to start plugin as no heartbeat received'));

test.each(['stdio', 'tcp'] as const)(
  'startup-fail: an error in the place of the start, and status 1: %s',
  async (mode) => {
    await using plugin = await replay(makeRecording(session), { mode, pace: 'instant', faults: ['startup-fail ms=5'] });
    const heard = new LineReader(plugin.stdout);
    expect(await plugin.exited).toEqual({ code: 1, signal: null });
    await heard.end();
    expect(raw(heard)).toBe(line(loading) + heartbeat);
  },
);

test('startup-fail is a line of the log in the text format', async () => {
  await using plugin = await replay(makeRecording(session), {
    pace: 'instant',
    responseFormat: 'text',
    faults: ['startup-fail'],
  });
  const heard = new LineReader(plugin.stdout);
  expect((await heard.end())[1]).toMatch(
    /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d run\.go:32: \[ERROR\]failed to start plugin as no heartbeat received$/,
  );
  expect([heard.lines.length, heard.rest]).toEqual([2, '']);
});

test('tcp-refused: the port is announced, and refuses', async () => {
  await using plugin = await replay(makeRecording(session), { mode: 'tcp', pace: 'instant', faults: ['tcp-refused'] });
  const stdout = new LineReader(plugin.stdout);
  expect(await stdout.count(2)).toEqual([loading, announcementOf(plugin.port)]);
  for (const host of loopbacks) await expect(dial(plugin.port, host)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('execution-timeout waits, a second where nothing is said, and the other invocation does not', async () => {
  const began = performance.now();
  await using plugin = await replay(makeRecording(session), {
    pace: 'instant',
    faults: ['execution-timeout invocation=1'],
  });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(askX);
  await heard.text('execution timeout exceeded');
  expect(performance.now() - began).toBeGreaterThanOrEqual(1000);
});
