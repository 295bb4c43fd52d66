import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../support/files.ts';
import { bytesOf, eventsOf, readLines, record, recordCommand, start, until } from '../support/recorder.ts';

test('the header comes first, with no folder of this machine, before the command says anything', async () => {
  const file = join(makeFolder(), 'recording.jsonl');
  const running = start(recordCommand(file, ['sh', '-c', 'cat "$1"', 'sh', file], ['-q']));
  const { stdout } = await running.ended;
  expect(JSON.parse(stdout.toString().split('\n')[0] ?? '')).toEqual({
    format: 'reprise',
    version: 1,
    recorded_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
    command: ['sh', '-c', 'cat "$1"', 'sh', 'recording.jsonl'],
    recorder: expect.objectContaining({ name: 'reprise', node: process.version }) as object,
  });
});

test('it is appended while the session runs', async () => {
  const file = join(makeFolder(), 'recording.jsonl');
  const running = start(recordCommand(file, ['cat']));
  for (const line of ['one\n', 'two\n', 'three\n']) {
    running.child.stdin.write(line);
    await running.says(line);
    await until(
      () => bytesOf(readLines(file), 'plugin').includes(line),
      () => `${line} is in the file`,
    );
  }
  running.child.stdin.end();
  expect((await running.ended).stdout.toString()).toBe('one\ntwo\nthree\n');
});

test('it is sealed at the end with the count and the digest of all before', async () => {
  const { file, lines } = await record(['sh', '-c', 'cat; echo err >&2; exit 3'], { input: '{"a":1}\n' });
  const bytes = readFileSync(file);
  const sealed = bytes.subarray(0, bytes.lastIndexOf('\n', bytes.length - 2) + 1);
  expect(lines.at(-1)).toMatchObject({
    event: 'end',
    reason: 'plugin-exited',
    lines: lines.length - 1,
    sha256: createHash('sha256').update(sealed).digest('hex'),
  });
  expect(eventsOf(lines, 'exit')).toEqual([{ code: 3 }]);
  expect(
    eventsOf(lines, 'eof')
      .map(({ stream }) => String(stream))
      .toSorted(),
  ).toEqual(['stderr', 'stdin', 'stdout']);
});

test('times never decrease, and tell when a line came', async () => {
  const { lines } = await record(['sh', '-c', 'echo one; sleep 0.3; echo two; cat'], { input: 'x\ny\n' });
  const times = lines.slice(1).map(({ at }) => at);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const [one, two] = ['one', 'two'].map((text) => lines.find((line) => line['text'] === text)?.at ?? Number.NaN);
  expect((two ?? 0) - (one ?? 0)).toBeGreaterThan(200);
});
