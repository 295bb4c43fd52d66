import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { replay } from 'reprise';
import { expect, onTestFinished, test, vi } from 'vitest';
import { dial } from '../support/dial.ts';
import { textOf } from '../support/error-text.ts';
import { makeFolder } from '../support/files.ts';
import { LineReader } from '../support/line-reader.ts';
import {
  acknowledgement,
  end,
  invocation,
  loading,
  makeRecording,
  plugin as said,
  ready,
  request,
  response,
  startUp,
  simple,
} from '../support/recordings.ts';

const instant = { pace: 'instant' } as const;

test('answers over stdio with the caller’s id', async () => {
  await using plugin = await replay(makeRecording(simple), instant);
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('<é>', { n: 1 })}\n`);
  const lines = (await heard.count(6)).map((line) => Buffer.from(line, 'latin1').toString());
  const stamp = (line: string): string => line.replace('"a"', '"\\u003cé\\u003e"');
  expect(lines).toEqual([
    loading,
    ready,
    acknowledgement,
    stamp(response('a', 'one')),
    stamp(response('a', 'two')),
    stamp(end('a')),
  ]);
  expect(plugin.port).toBe(0);
});

test('answers under fake timers, those put in before and those put in while it runs', async () => {
  const file = makeRecording([
    ...startUp(),
    ...invocation(100, 'a', { n: 1 }, ['one'], { gap: 15 }),
    ...invocation(200, 'a', { n: 2 }, ['two'], { gap: 15 }),
  ]);
  onTestFinished(() => void vi.useRealTimers());
  vi.useFakeTimers();
  await using plugin = await replay(file);
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('x', { n: 1 })}\n`);
  await heard.count(5);
  vi.useRealTimers();
  plugin.stdin.write(`${request('y', { n: 2 })}\n`);
  await heard.count(6);
  vi.useFakeTimers();
  await heard.count(8);
  await using overTcp = await replay(file, { mode: 'tcp' });
  const { socket, heard: answers } = await dial(overTcp.port);
  socket.write(`${request('z', { n: 2 })}\n`);
  await answers.count(4);
  plugin.stop();
  expect(await plugin.exited).toEqual({ code: 0, signal: null });
});

test.each([
  [
    'an unknown request',
    request('x', { n: 9 }),
    'invoke_tool; nearest recording.jsonl#1: /request/n recorded 1, received 9; to accept it: --ignore /request/n',
  ],
  [
    'an action with quotes',
    '{"invoke_id":"x","type":"t","action":"a\\"b\\\\c\\nd","request":{}}',
    'a`b\\c\\nd of type t; recorded are tool invoke_tool (1); to have it answered: record it',
  ],
  [
    'an action without end',
    `{"invoke_id":"x","type":"t","action":"${'é'.repeat(500)}"}`,
    `${'é'.repeat(100)} of type t; recorded are tool invoke_tool (1); to have it answered: record it`,
  ],
])('answers %s with an error in one line without double quotes, then the end', async (_, line, text) => {
  await using plugin = await replay(makeRecording(simple), { ...instant, journal: join(makeFolder(), 'j.jsonl') });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${line}\n`);
  const lines = (await heard.count(5)).map((one) => Buffer.from(one, 'latin1').toString());
  expect([lines[2], lines[4]]).toEqual([acknowledgement, end('x')]);
  const { error_type, message } = textOf(lines[3]);
  expect([error_type, message?.replace(/; journal .*$/, '')]).toEqual([
    'NoRecordedInvocation',
    `reprise: no match for ${text}`,
  ]);
});

test('does not read requests before it is ready', async () => {
  await using plugin = await replay(
    makeRecording([said(10, loading), said(160, ready), ...invocation(200, 'a', { n: 1 }, ['one'])]),
  );
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('x', { n: 1 })}\n`);
  await heard.count(1);
  expect(await heard.count(5)).toEqual([loading, ready, acknowledgement, response('x', 'one'), end('x')]);
});

test('answers equal requests in recorded order, and repeats the last', async () => {
  await using plugin = await replay(
    makeRecording([...startUp(), ...invocation(100, 'a', {}, ['1']), ...invocation(200, 'b', {}, ['2'])]),
    instant,
  );
  const heard = new LineReader(plugin.stdout);
  for (const id of ['p', 'q', 'r', 's']) plugin.stdin.write(`${request(id)}\n`);
  await heard.count(2 + 4 * 3);
  expect(heard.lines.filter((line) => line.includes('plugin_response'))).toEqual([
    response('p', '1'),
    response('q', '2'),
    response('r', '2'),
    response('s', '2'),
  ]);
});

test('gives each of a thousand recorded answers once, in order, to a thousand equal requests at once', async () => {
  const session = Array.from({ length: 1000 }, (_, index) =>
    invocation(100 + index * 5, `r${index}`, {}, [`answer ${index}`]),
  ).flat();
  for (const options of [instant, { pace: '100x', startupGap: 0 } as const]) {
    await using plugin = await replay(makeRecording([...startUp(), ...session]), options);
    const heard = new LineReader(plugin.stdout);
    plugin.stdin.write(Array.from({ length: 1000 }, (_, index) => `${request(`n${index}`)}\n`).join(''));
    await heard.count(2 + 3000);
    const answers = heard.lines.filter((line) => line.includes('plugin_response'));
    expect(answers).toEqual(Array.from({ length: 1000 }, (_, index) => response(`n${index}`, `answer ${index}`)));
  }
});

test('answers requests that come while a big recording is still being read, in order', async () => {
  const session = Array.from({ length: 20_000 }, (_, index) =>
    invocation(100 + index * 5, `r${index}`, { n: index % 100 }, [`answer ${index}`]),
  ).flat();
  await using plugin = await replay(makeRecording([...startUp(), ...session]), instant);
  const heard = new LineReader(plugin.stdout);
  const numbers = Array.from({ length: 20_000 }, (_, index) => index);
  plugin.stdin.write(numbers.map((n) => `${request(`n${n}`, { n: n % 100 })}\n`).join(''));
  await heard.count(2 + 60_000);
  const answers = heard.lines.filter((line) => line.includes('plugin_response'));
  expect(answers.toSorted()).toEqual(numbers.map((n) => response(`n${n}`, `answer ${n}`)).toSorted());
});

test('stops making messages, and reading requests, while its client does not read', async () => {
  const text = 'x'.repeat(10_000);
  await using plugin = await replay(
    makeRecording([
      ...startUp(),
      ...invocation(
        100,
        'a',
        {},
        Array.from({ length: 100 }, () => text),
      ),
    ]),
    instant,
  );
  let written = 0;
  const requests = Array.from({ length: 200 }, (_, index) => `${request(`n${index}`, {})}\n`);
  const write = (): void => {
    while (written < requests.length && plugin.stdin.write(requests[written++]?.padEnd(4000, ' ')));
  };
  plugin.stdin.on('drain', write);
  write();
  for (let turn = 0; turn < 200; turn++) await setImmediate();
  // 200 MB of answers wait to be made.
  expect(plugin.stdout.readableLength).toBeLessThan(1 << 20);
  expect(written).toBeLessThan(100);
  const heard = new LineReader(plugin.stdout);
  await heard.until(
    () =>
      heard.lines.filter((line) => line.includes('plugin_invoke_end')).length === 200 || heard.lines.length > 30_000,
  );
  expect(heard.lines).toHaveLength(2 + 200 * 102);
});

test('keeps the recorded gaps, times its pace, and is never early', async () => {
  const file = makeRecording([...startUp(), ...invocation(100, 'a', {}, ['1', '2', '3'], { gap: 40 })]);
  for (const [pace, gap] of [
    ['recorded', 40],
    ['2x', 20],
  ] as const) {
    await using plugin = await replay(file, { pace, startupGap: 0 });
    const heard = new LineReader(plugin.stdout);
    await heard.count(2);
    const began = performance.now();
    plugin.stdin.write(`${request('x')}\n`);
    for (let answer = 1; answer <= 4; answer++) {
      await heard.count(3 + answer);
      expect(performance.now() - began).toBeGreaterThanOrEqual(gap * answer);
    }
  }
});
