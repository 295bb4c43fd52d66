import { expect, test } from 'vitest';
import { Script } from '../../src/replayer/script.ts';
import { makeFile } from '../support/files.ts';
import { found, linesOf, match, openScript } from '../support/scripts.ts';
import {
  acknowledgement,
  announcement,
  client,
  end,
  invocation,
  loading,
  plugin,
  ready,
  renderRecording,
  request,
  startUp,
} from '../support/recordings.ts';

test('joins the parts of a long line', async () => {
  const said = renderRecording([...startUp(), client(40, request('a')), plugin(41, acknowledgement)]);
  const parts = [
    `{"at":50,"from":"plugin","part":true,"text":${JSON.stringify('{"invoke_id":"a","type":"plugin_response","resp')}}`,
    `{"at":51,"from":"plugin","text":${JSON.stringify('onse":{}}')}}`,
    `{"at":52,"from":"plugin","message":${end('a')}}`,
  ];
  const script = await Script.open([makeFile(`${said}${parts.join('\n')}\n`)]);
  await script.readOn(() => undefined);
  const one = found(script, request('x'));
  expect(linesOf(script, one)).toEqual(['{"invoke_id":"a","type":"plugin_response","response":{}}', end('a')]);
  expect(script.readLine(one.source, one.first).at).toBe(51);
  script.close();
});

test('joins the parts of a long line where a line of another connection came in between', async () => {
  const said = renderRecording([
    plugin(1, loading),
    plugin(2, announcement),
    plugin(3, ready, 1),
    plugin(4, ready, 2),
    client(40, request('a'), 1),
    plugin(41, acknowledgement, 1),
  ]);
  const parts = [
    `{"at":50,"from":"plugin","connection":1,"part":true,"text":${JSON.stringify('{"invoke_id":"a","type":"plugin_response","resp')}}`,
    `{"at":50,"from":"plugin","connection":2,"text":"noise"}`,
    `{"at":51,"from":"plugin","connection":1,"text":${JSON.stringify('onse":{}}')}}`,
    `{"at":52,"from":"plugin","connection":1,"message":${end('a')}}`,
  ];
  const script = await Script.open([makeFile(`${said}${parts.join('\n')}\n`)]);
  await script.readOn(() => undefined);
  expect(linesOf(script, found(script, request('x'), 1))).toContain(
    '{"invoke_id":"a","type":"plugin_response","response":{}}',
  );
  script.close();
});

test('leaves a request over 16 MiB, and all after it on its connection, unanswered', async () => {
  const said = renderRecording([...startUp(), ...invocation(40, 'a', {}, ['x'])]);
  const rest = [
    '{"at":50,"from":"client","part":true,"text":"{"}',
    `{"at":51,"from":"client","text":"}"}`,
    `{"at":52,"from":"client","message":${request('b', { n: 1 })}}`,
  ];
  const script = await Script.open([makeFile(`${said}${rest.join('\n')}\n`)]);
  await script.readOn(() => undefined);
  expect([match(script, request('x')).kind, match(script, request('x', { n: 1 })).kind]).toEqual(['found', 'missed']);
  script.close();
});

test('counts a carriage return among the 15 MiB of a request', async () => {
  const script = await openScript([
    ...startUp(),
    { ...client(40, request('a', { n: 1 }).padEnd((15 << 20) - 2)), eol: '\r\n' },
    plugin(41, acknowledgement),
    { ...client(42, request('a', { n: 2 }).padEnd((15 << 20) - 1)), eol: '\r\n' },
    plugin(43, acknowledgement),
  ]);
  expect([match(script, request('x', { n: 1 })).kind, match(script, request('x', { n: 2 })).kind]).toEqual([
    'found',
    'missed',
  ]);
  script.close();
});
