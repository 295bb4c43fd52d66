import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/foundation/clock.ts';
import { Session } from '../../src/recorder/session.ts';
import type { Learned } from '../../src/recorder/tally.ts';
import { makeFolder } from '../support/files.ts';
import { readRecording } from '../support/read-recording.ts';
import { end, loading, ready, request, response } from '../support/recordings.ts';

const plugin = { from: 'plugin', connection: 0, stderr: false } as const;
const client = { from: 'client', connection: 0, stderr: false } as const;

function openSession(): { session: Session; file: string; learned: Learned[] } {
  const file = join(makeFolder(), 'session.jsonl');
  const learned: Learned[] = [];
  const ignore = (): void => undefined;
  const session = new Session({
    clock: systemClock,
    command: ['x'],
    version: '0.1.0',
    fd: openSync(file, 'w'),
    onLoss: ignore,
    onHold: ignore,
    onLearned: (one) => learned.push(one),
  });
  return { session, file, learned };
}

test.each([
  ['json', [loading, ready]],
  ['text', ['2026/11/22 10:14:45 run.go:167: [INFO]loading plugin', '[plugin_ready] map[info:plugin loaded]']],
])('keeps what was learned of a session in %s that is over before its lines are looked at', async (format, lines) => {
  const { session, file, learned } = openSession();
  session.bytes(plugin, Buffer.from(`${lines.join('\n')}\n`), systemClock.now());
  session.event('exit', { code: 0 });
  await session.end('plugin-exited');
  expect(learned).toEqual([{ response_format: format }, { transport: 'stdio' }]);
  const events = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"event":"about"'))
    .map((line) => JSON.parse(line) as object);
  expect(events).toMatchObject([{ response_format: format }, { transport: 'stdio' }]);
});

test('sums up messages, invocations, and what never ended', async () => {
  const { session } = openSession();
  const now = systemClock.now();
  session.bytes(plugin, Buffer.from(`${ready}\n`), now);
  session.bytes(client, Buffer.from(`${request('a')}\n${request('b')}\nnot json\n`), now);
  session.bytes(plugin, Buffer.from(`${response('a', 'x')}\n${end('a')}\n${response('b', 'y')}\n`), now);
  expect(await session.end('plugin-exited')).toMatchObject({
    messages: 7,
    invocations: 2,
    unfinished: [{ id: 'b', action: 'invoke_tool' }],
  });
});

test('keeps lines whose ids are broken, and goes on', async () => {
  const { session, file } = openSession();
  const lines = ['{"invoke_id":"\\x","type":"info"}', '{"invoke_id":"a\tb","type":"info"}'];
  session.bytes(plugin, Buffer.from(`${lines.join('\n')}\n`), systemClock.now());
  await session.end('plugin-exited');
  const { lines: kept } = readRecording(file);
  expect(kept.map(({ text }) => text)).toEqual(lines);
});
