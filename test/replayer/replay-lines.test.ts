import { replay } from 'reprise';
import { expect, test } from 'vitest';
import { LineReader } from '../support/line-reader.ts';
import {
  acknowledgement,
  client,
  error,
  event,
  makeRecording,
  plugin as said,
  request,
  response,
  startUp,
  simple,
} from '../support/recordings.ts';

const instant = { pace: 'instant' } as const;

test('reads CRLF, empty lines and what is no request as the program does', async () => {
  await using plugin = await replay(makeRecording(simple), instant);
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('x', { n: 1 })}\r\n\n\r\nnot json\n{"invoke_id":"m"}\r\n`);
  const lines = await heard.count(2 + 4 + 4 * 2);
  const refusals = lines.filter((line) => line.includes('"type":"error"'));
  expect(refusals).toEqual([
    error('', 'unexpected end of JSON input'),
    error('', 'unexpected end of JSON input'),
    error('', "invalid character 'o' in literal null (expecting 'u')"),
    error('m', 'action and type are required'),
  ]);
  expect(lines.filter((line) => line === acknowledgement)).toHaveLength(5);
});

test('plays lines with the endings that they had, the last one without', async () => {
  const file = makeRecording([
    ...startUp(),
    client(50, request('a')),
    said(51, acknowledgement),
    { ...said(52, response('a', 'x')), eol: '\r\n' },
    { ...said(53, '{"invoke_id":"a","type":"plugin_response","resp'), eol: '' },
    event(60, 'exit', { code: 9 }),
  ]);
  await using plugin = await replay(file, instant);
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('x')}\n`);
  expect((await heard.end()).slice(3)).toEqual([`${response('x', 'x')}\r`]);
  expect(heard.rest).toBe('{"invoke_id":"x","type":"plugin_response","resp');
  expect(await plugin.exited).toEqual({ code: 9, signal: null });
});

test('answers in the text format', async () => {
  await using plugin = await replay(makeRecording(simple), { ...instant, responseFormat: 'text' });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('x', { n: 1 })}\n`);
  const lines = await heard.count(11);
  expect(lines[0]).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d run\.go:167: \[INFO\]loading plugin$/);
  expect(lines.slice(1)).toEqual(
    [
      '[plugin_ready] map[info:plugin loaded]',
      '',
      '[info] map[info:received request]',
      '',
      '[plugin_response] map[message:map[text:one] type:text]',
      '',
      '[plugin_response] map[message:map[text:two] type:text]',
      '',
      '[plugin_invoke_end] map[info:plugin invoke end]',
      '',
    ].slice(0, lines.length - 1),
  );
});
