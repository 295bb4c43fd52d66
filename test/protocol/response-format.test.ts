import { expect, test } from 'vitest';
import { exceptionText, failedWriteText, isFailedWrite } from '../../src/protocol/derived.ts';
import { formats } from '../../src/protocol/response-format.ts';
import { readGoldenLines } from '../fixtures/go/tables.ts';
import { acknowledgement, loading, ready } from '../support/recordings.ts';

const now = new Date(2026, 10, 2, 3, 4, 5);
const { json, text } = formats;

test.each([
  ['loading', json.loading(now), `${loading}\n`],
  ['ready', json.ready, `${ready}\n`],
  ['an acknowledgement', json.acknowledgement, `${acknowledgement}\n`],
  [
    'an announcement',
    json.announcement(80, now),
    '{"invoke_id":"","type":"info","response":{"host":"::","info":"plugin is running on :::80","port":80}}\n',
  ],
  [
    'an error',
    json.error('<é>', 'a "b"\n'),
    '{"invoke_id":"\\u003cé\\u003e","type":"error","response":{"error":"a \\"b\\"\\n"}}\n',
  ],
  [
    'an end',
    json.end('a&b'),
    '{"invoke_id":"a\\u0026b","type":"plugin_invoke_end","response":{"info":"plugin invoke end"}}\n',
  ],
])('writes %s as JSON', (_, line, expected) => {
  expect(line).toBe(expected);
});

test.each([
  ['loading', text.loading(now), '2026/11/02 03:04:05 run.go:167: [INFO]loading plugin\n'],
  ['ready', text.ready, '[plugin_ready] map[info:plugin loaded]\n\n'],
  ['an acknowledgement', text.acknowledgement, '[info] map[info:received request]\n\n'],
  ['an announcement', text.announcement(80, now), '2026/11/02 03:04:05 run.go:167: [INFO]plugin is running on :::80\n'],
  ['an error', text.error('id', 'a "b"\n'), '[error] map[error:a "b"\n]\n\n'],
  ['an end', text.end('id'), '[plugin_invoke_end] map[info:plugin invoke end]\n\n'],
])('writes %s as text', (_, line, expected) => {
  expect(line).toBe(expected);
});

test('derives each line of the real sessions to the byte', () => {
  const said = new Set(readGoldenLines('exceptions', 'stdout').map(String));
  const derived = [json.loading(now), json.ready, json.acknowledgement].map((line) => line.trimEnd());
  expect(derived.map((line) => said.has(line))).toEqual([true, true, true]);
  const textual = new Set(
    readGoldenLines('text', 'stdout').map((line) => line.toString().replace(/^\d{4}.{16}/, '2026/11/02 03:04:05 ')),
  );
  expect(
    [text.loading(now), text.ready, text.acknowledgement, text.end('')].map((line) => textual.has(line.trimEnd())),
  ).toEqual([true, true, true, true]);
});

test.each([
  [
    'a response',
    '{"invoke_id":"a","type":"plugin_response","response":{"b":[1.5,true,null,"x"],"a":{"c":"d"}}}',
    '[plugin_response] map[a:map[c:d] b:[%!s(float64=1.5) %!s(bool=true) <nil> x]]\n\n',
  ],
  [
    'an error inside an invocation',
    '{"invoke_id":"a","type":"error","response":{"error":"x"}}',
    '[error] map[error:x]\n\n',
  ],
  ['an info line', '{"invoke_id":"","type":"info","response":{"info":"x"}}', '[info] map[info:x]\n\n'],
  ['no response', '{"invoke_id":"a","type":"t"}', '[t] map[]\n\n'],
])('prints %s of an invocation as text, without an id', (_, line, expected) => {
  const { before, after, hasId } = text.stamp(Buffer.from(line), '\n');
  expect([before.toString(), after.toString(), hasId, text.id('a')]).toEqual([expected, '', false, '']);
});

test.each([
  [
    'info as a log line',
    '{"invoke_id":"","type":"info","response":{"info":"installing"}}',
    '2026/11/02 03:04:05 run.go:167: [INFO]installing\n',
  ],
  [
    'an error as a log line',
    '{"invoke_id":"","type":"error","response":{"error":"a\\nb"}}',
    '2026/11/02 03:04:05 run.go:32: [ERROR]a\nb\n',
  ],
  ['another message as a message', '{"invoke_id":"","type":"warning","response":{"a":"b"}}', '[warning] map[a:b]\n\n'],
  [
    'info without a text as a message',
    '{"invoke_id":"","type":"info","response":{"info":1}}',
    '[info] map[info:%!s(float64=1)]\n\n',
  ],
  ['what is no message as it was', 'hello', 'hello\r\n'],
])('prints a start-up line, %s', (_, line, expected) => {
  expect(text.raw(Buffer.from(line), '\r\n', now).toString()).toBe(expected);
});

test.each([
  ['an error', '{"invoke_id":"","type":"error","response":{"error":"x"}}', '[error] map[error:x]\n\n'],
  ['what is no message', 'hello', 'hello\r\n'],
])('prints no log lines after ready: %s that belongs to nothing', (_, line, expected) => {
  expect(text.stray(Buffer.from(line), '\r\n').toString()).toBe(expected);
});

test('gives a start-up line as it was in JSON, whatever it is', () => {
  expect(json.raw(Buffer.from([0xff, 0x22]), '', now)).toEqual(Buffer.from([0xff, 0x22]));
  expect(json.raw(Buffer.from(' {} '), '\r\n', now).toString()).toBe(' {} \r\n');
});

test('writes an exception as the SDK does, JSON inside JSON', () => {
  const written = exceptionText('ValueError', 'no "b" <here>');
  expect(written).toBe('{"args":{},"error_type":"ValueError","message":"no \\"b\\" \\u003chere\\u003e"}');
  expect(JSON.parse(json.error('a', written))).toEqual({ invoke_id: 'a', type: 'error', response: { error: written } });
});

test('writes the report of a failed write as the real program does, and knows it again', () => {
  const said = readGoldenLines('tcp', 'stdout')
    .map(String)
    .find((line) => line.includes('write tcp'));
  const line = json.error('', failedWriteText('127.0.0.1:34187', '127.0.0.1:43896', 'broken pipe')).trimEnd();
  expect(line).toBe(said);
  expect(isFailedWrite(line)).toBe(true);
  expect(
    isFailedWrite(json.error('', failedWriteText('[::1]:34187', '[::1]:43896', 'connection reset by peer')).trimEnd()),
  ).toBe(true);
  expect(isFailedWrite(json.error('a', failedWriteText('b', 'c', 'd')).trimEnd())).toBe(false);
});
