import { replay } from 'reprise';
import { expect, test } from 'vitest';
import { LineReader } from '../support/line-reader.ts';
import {
  acknowledgement,
  client,
  end,
  error,
  event,
  invocation,
  loading,
  makeRecording,
  plugin as said,
  request,
  response,
  startUp,
} from '../support/recordings.ts';

const instant = { pace: 'instant' } as const;

test('exits as the recorded plugin did, once the line before it has been played', async () => {
  const file = makeRecording([
    ...startUp(),
    ...invocation(100, 'a', { n: 1 }, []),
    client(200, request('b', { n: 2 })),
    said(201, acknowledgement),
    said(202, response('b', 'x')),
    event(300, 'exit', { signal: 'SIGKILL' }),
  ]);
  await using plugin = await replay(file, instant);
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('p', { n: 1 })}\n`);
  await heard.count(4);
  plugin.stdin.write(`${request('q', { n: 2 })}\n`);
  expect(await plugin.exited).toEqual({ code: null, signal: 'SIGKILL' });
  expect((await heard.end()).slice(4)).toEqual([acknowledgement, response('q', 'x')]);
});

const inputEnds = event(150, 'eof', { from: 'client', stream: 'stdin' });

test('ends when its input does, and not before, where the recorded program did so', async () => {
  const asked = [...invocation(100, 'a', { n: 1 }, ['one']), ...invocation(120, 'b', { n: 2 }, ['two'])];
  const file = makeRecording([...startUp(), ...asked, inputEnds, event(160, 'exit', { code: 7 })]);
  await using plugin = await replay(file, instant);
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('q', { n: 2 })}\n`);
  await heard.count(5);
  plugin.stdin.end(`${request('p', { n: 1 })}\n`);
  expect(await plugin.exited).toEqual({ code: 7, signal: null });
  expect((await heard.end()).slice(5)).toEqual([acknowledgement, response('p', 'one'), end('p')]);
});

test.each([
  ['is still answering', [client(100, request('a', { n: 1 })), said(101, acknowledgement), inputEnds]],
  [
    'has refused a line, and whose input has not ended',
    [
      client(100, 'x'),
      said(101, acknowledgement),
      said(102, error('', "invalid character 'x' looking for beginning of value")),
    ],
  ],
])('plays the exit of a program that %s at its place', async (_, lines) => {
  const file = makeRecording([...startUp(), ...lines, event(160, 'exit', { code: 7 })]);
  await using plugin = await replay(file, instant);
  plugin.stdout.resume();
  plugin.stdin.write(`${lines[0]?.line}\n`);
  expect(await plugin.exited).toEqual({ code: 7, signal: null });
});

test('plays a failed start-up as it was, in either mode', async () => {
  const failure = error('', 'plugin failed to start: x\n\nplugin runtime failed');
  const file = makeRecording([said(10, loading), said(20, failure), event(30, 'exit', { code: 1 })]);
  for (const mode of ['stdio', 'tcp'] as const) {
    await using plugin = await replay(file, { mode, pace: 'instant' });
    const heard = new LineReader(plugin.stdout);
    expect(await plugin.exited).toEqual({ code: 1, signal: null });
    expect([await heard.end(), plugin.port]).toEqual([[loading, failure], 0]);
  }
});
