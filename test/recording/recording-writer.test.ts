import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/foundation/clock.ts';
import { LineJoiner } from '../../src/recording/line-joiner.ts';
import { makeFile, makeFolder } from '../support/files.ts';
import { openWriter } from '../support/writing.ts';

const plugin = { from: 'plugin', connection: 0, stderr: false } as const;
const small = Buffer.from('{"a":1}\n');
const megabyte = Buffer.from(`${'x'.repeat((1 << 20) - 1)}\n`);
const large = Buffer.from(`{"a":"${'x'.repeat(200_000)}"}\n`);

test.each([
  [
    'a descriptor that is open for reading only, which fails with the header',
    (): number => openSync(makeFile(''), 'r'),
    small,
  ],
  ['a full disk', (): number => openSync('/dev/full', 'w'), small],
  ['a full disk, with megabytes to write beside the event loop', (): number => openSync('/dev/full', 'w'), large],
])('reports %s once, and ends all the same', async (_, open, bytes) => {
  const fd = open();
  const { writer, failures } = openWriter(fd);
  const joiner = new LineJoiner(plugin);
  for (let at = 1; at < 50; at++) writer.addBytes(joiner, at, bytes);
  writer.addEvent(60, 'exit', { code: 0 });
  await writer.end(() => 70, 'plugin-exited');
  expect(failures).toHaveLength(1);
  expect(failures[0]?.message).toMatch(/EBADF|ENOSPC/);
  expect(writer.isFull).toBe(false);
  expect(() => fstatSync(fd)).toThrow('EBADF');
});

test('reports a file that fails in the middle of a session once, and takes no more', async () => {
  const file = join(makeFolder(), 'a.jsonl');
  const fd = openSync(file, 'w');
  const { writer, failures } = openWriter(fd);
  const joiner = new LineJoiner(plugin);
  writer.addBytes(joiner, 1, small);
  await untilWritten(() => writer.written.lines === 2);
  const text = readFileSync(file, 'utf8');
  // The descriptor now means a file that can't be written.
  closeSync(fd);
  const readOnly = openSync(file, 'r');
  expect(readOnly).toBe(fd);
  for (let at = 2; at < 30; at++) writer.addBytes(joiner, at, large);
  await untilWritten(() => failures.length > 0);
  for (let at = 30; at < 40; at++) writer.addBytes(joiner, at, large);
  await writer.end(() => 50, 'plugin-exited');
  expect(failures).toHaveLength(1);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('tells of room again once a session that was too quick has been written down', async () => {
  const fd = openSync(join(makeFolder(), 'a.jsonl'), 'w');
  let rooms = 0;
  const { writer } = openWriter(fd, { onRoom: () => rooms++ });
  const joiner = new LineJoiner(plugin);
  for (let at = 1; !writer.isFull && at < 1000; at++) writer.addBytes(joiner, at, megabyte);
  expect(writer.isFull).toBe(true);
  await untilWritten(() => rooms > 0);
  expect(writer.isFull).toBe(false);
  await writer.end(() => 1000, 'plugin-exited');
  expect(rooms).toBe(1);
});

test('tells of room where the file fails while it is full, so that the session goes on', async () => {
  const fd = openSync('/dev/full', 'w');
  let rooms = 0;
  const { writer, failures } = openWriter(fd, { onRoom: () => rooms++ });
  const joiner = new LineJoiner(plugin);
  for (let at = 1; at < 200; at++) writer.addBytes(joiner, at, megabyte);
  await writer.end(() => 100, 'plugin-exited');
  expect([failures.length, writer.isFull, rooms <= 1]).toEqual([1, false, true]);
});

test('hands each line on as it is encoded, with its ending', async () => {
  const lines: [string, number][] = [];
  const fd = openSync(join(makeFolder(), 'a.jsonl'), 'w');
  const { writer } = openWriter(fd, { onLine: (_channel, line, at) => lines.push([String(line), at]) });
  const joiner = new LineJoiner(plugin);
  writer.addBytes(joiner, 1, Buffer.from('a\r\nb'));
  writer.addBytes(joiner, 2, Buffer.from('c\n\nd'));
  writer.endChannel(joiner, 3);
  await writer.end(() => 4, 'plugin-exited');
  expect(lines).toEqual([
    ['a\r\n', 1],
    ['bc\n', 2],
    ['\n', 2],
    ['d', 3],
  ]);
});

async function untilWritten(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => void systemClock.soon(resolve));
}
