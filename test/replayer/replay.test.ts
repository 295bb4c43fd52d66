import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { RepriseError, replay } from 'reprise';
import { expect, onTestFinished, test, vi } from 'vitest';
import { makeFile } from '../support/files.ts';
import { LineReader } from '../support/line-reader.ts';
import type { Said } from '../support/recordings.ts';
import { acknowledgement, announcement, client, end, error, event, loading, makeRecording, plugin as said, ready, renderRecording, request, response, startUp } from '../support/recordings.ts';

/** A request and its answers, from `at` on, `gap` ms apart. */
function invocation(at: number, id: string, value: unknown, texts: readonly string[], { connection = 0, gap = 1 } = {}): Said[] {
  return [
    client(at, request(id, value), connection),
    said(at + 1, acknowledgement, connection),
    ...texts.map((text, index) => said(at + 1 + gap * (index + 1), response(id, text), connection)),
    said(at + 1 + gap * (texts.length + 1), end(id), connection),
  ];
}

const instant = { pace: 'instant' } as const;
const tcp = { mode: 'tcp', pace: 'instant' } as const;
const simple = [...startUp(), ...invocation(100, 'a', { n: 1 }, ['one', 'two'])];

/** A client of a TCP replay. */
async function dial(port: number, host = '127.0.0.1'): Promise<{ socket: Socket; heard: LineReader }> {
  const socket = connect({ port, host, allowHalfOpen: true, noDelay: true });
  onTestFinished(() => void socket.destroy());
  const heard = new LineReader(socket);
  await once(socket, 'connect');
  return { socket, heard };
}

/** The error's text in a line. */
function textOf(line: string | undefined): { error_type: string; message: string } {
  const { response: body } = JSON.parse(line ?? '') as { response: { error: string } };
  return JSON.parse(body.error) as { error_type: string; message: string };
}

test('answers over stdio with the caller’s id', async () => {
  await using plugin = await replay(makeRecording(simple), instant);
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('<é>', { n: 1 })}\n`);
  const lines = (await heard.count(6)).map((line) => Buffer.from(line, 'latin1').toString());
  const stamp = (line: string): string => line.replace('"a"', '"\\u003cé\\u003e"');
  expect(lines).toEqual([loading, ready, acknowledgement, stamp(response('a', 'one')), stamp(response('a', 'two')), stamp(end('a'))]);
  expect(plugin.port).toBe(0);
});

test('answers over TCP, on either family, with ready first on each connection', async () => {
  await using plugin = await replay(makeRecording(simple), tcp);
  const stdout = new LineReader(plugin.stdout);
  for (const host of ['127.0.0.1', '::1']) {
    const { socket, heard } = await dial(plugin.port, host);
    socket.write(`${request('x', { n: 1 })}\n`);
    expect(await heard.count(5)).toEqual([ready, acknowledgement, ...[response('a', 'one'), response('a', 'two'), end('a')].map((line) => line.replace('"a"', '"x"'))]);
  }
  expect(stdout.lines).toEqual([loading, announcement.replaceAll('41877', String(plugin.port))]);
});

test('ends its output and its process when it is closed, and closing twice does no harm', async () => {
  const plugin = await replay(makeRecording(simple), instant);
  const heard = new LineReader(plugin.stdout);
  await heard.count(2);
  await plugin.close();
  await plugin.close();
  expect(await plugin.exited).toEqual({ code: 0, signal: null });
  expect(await heard.end()).toEqual([loading, ready]);
});

test('ends the connections that there are, and refuses others, when it is closed', async () => {
  const plugin = await replay(makeRecording(simple), tcp);
  const { heard } = await dial(plugin.port);
  await heard.count(1);
  await plugin.close();
  expect(await heard.end()).toEqual([ready]);
  await expect(dial(plugin.port)).rejects.toThrow('ECONNREFUSED');
});

test('can be closed before it has done anything', async () => {
  const plugin = await replay(makeRecording(simple));
  await plugin.close();
  expect(await plugin.exited).toEqual({ code: 0, signal: null });
});

test('goes on with what runs for 100 ms when it is stopped', async () => {
  await using plugin = await replay(makeRecording([...startUp(), ...invocation(100, 'a', {}, Array.from({ length: 100 }, (_, index) => String(index)), { gap: 20 })]), { startupGap: 0 });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('a')}\n`);
  await heard.count(4);
  const began = performance.now();
  plugin.stop();
  expect(await plugin.exited).toEqual({ code: 0, signal: null });
  const took = performance.now() - began;
  expect(took).toBeGreaterThan(95);
  expect((await heard.end()).length).toBeGreaterThan(6);
  expect(heard.lines.length).toBeLessThan(14);
});

test('ends at once when it is stopped and nothing runs', async () => {
  await using plugin = await replay(makeRecording(simple), instant);
  await new LineReader(plugin.stdout).count(2);
  const began = performance.now();
  plugin.stop();
  await plugin.exited;
  expect(performance.now() - began).toBeLessThan(60);
});

test('answers under fake timers, those put in before and those put in while it runs', async () => {
  const file = makeRecording([...startUp(), ...invocation(100, 'a', { n: 1 }, ['one'], { gap: 15 }), ...invocation(200, 'a', { n: 2 }, ['two'], { gap: 15 })]);
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

test('goes on when stdin ends, and takes a last line without a newline for a request then', async () => {
  await using plugin = await replay(makeRecording(simple), instant);
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.end(request('x', { n: 1 }));
  await heard.count(6);
  let hasExited = false;
  void plugin.exited.then(() => (hasExited = true));
  for (let turn = 0; turn < 50; turn++) await setImmediate();
  expect([hasExited, heard.hasEnded]).toEqual([false, false]);
});

test.each([
  ['what runs has been answered', `${request('x', { n: 1 })}\n`, 6],
  ['a last line without a newline has been answered', request('x', { n: 1 }), 6],
  ['nothing was asked', '', 2],
])('exits at the end of stdin once %s, where it is told to', async (_, input, count) => {
  const file = makeRecording([...startUp(), ...invocation(100, 'a', { n: 1 }, ['one', 'two'], { gap: 30 })]);
  await using plugin = await replay(file, { exitOnEof: true });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.end(input);
  expect(await plugin.exited).toEqual({ code: 0, signal: null });
  expect(await heard.end()).toHaveLength(count);
});

test('plays what came of an invocation that never ended, and is silent then', async () => {
  await using plugin = await replay(makeRecording([...startUp(), client(50, request('a')), said(51, acknowledgement), said(52, response('a', 'x')), ...invocation(60, 'b', { n: 2 }, [])]), instant);
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('x')}\n`);
  await heard.count(4);
  plugin.stdin.write(`${request('y', { n: 2 })}\n`);
  expect((await heard.count(6)).slice(2)).toEqual([acknowledgement, response('x', 'x'), acknowledgement, end('y')]);
});

test('says that an invocation never ended, where it is told to', async () => {
  const file = makeRecording([...startUp(), client(50, request('a')), said(51, acknowledgement), said(52, response('a', 'x'))]);
  await using plugin = await replay(file, { ...instant, onUnfinished: 'error' });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('x')}\n`);
  const lines = await heard.count(6);
  expect([lines[3], lines[5]]).toEqual([response('x', 'x'), end('x')]);
  expect(textOf(lines[4])).toMatchObject({
    error_type: 'UnfinishedInvocation',
    message: `reprise: ${file}#1: invoke_tool never ended in the recording; to wait for ever as it did: --on-unfinished hang`,
  });
});

test.each([
  ['an unknown request', request('x', { n: 9 }), 'invoke_tool'],
  ['an action with quotes', '{"invoke_id":"x","type":"t","action":"a\\"b\\\\c\\nd","request":{}}', 'a?b?c?d'],
  ['an action without end', `{"invoke_id":"x","type":"t","action":"${'é'.repeat(500)}"}`, 'é'.repeat(100)],
])('answers %s with an error in one line without double quotes, then the end', async (_, line, action) => {
  await using plugin = await replay(makeRecording(simple), instant);
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${line}\n`);
  const lines = (await heard.count(5)).map((one) => Buffer.from(one, 'latin1').toString());
  expect([lines[2], lines[4]]).toEqual([acknowledgement, end('x')]);
  const { error_type, message } = textOf(lines[3]);
  expect([error_type, message]).toEqual(['NoRecordedInvocation', `reprise: no match for ${action}; no recorded invocation has this type, action and request`]);
});

test('says that an invocation with a strange action never ended, without double quotes', async () => {
  const strange = '{"invoke_id":"a","type":"t","action":"say \\"hi\\"\\n","request":{}}';
  await using plugin = await replay(makeRecording([...startUp(), client(50, strange), said(51, acknowledgement)]), { ...instant, onUnfinished: 'error' });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${strange}\n`);
  const { message } = textOf((await heard.count(5))[3]);
  expect(message).toMatch(/^reprise: .*#1: say \?hi\?\? never ended in the recording; /);
});

test('does not read requests before it is ready', async () => {
  await using plugin = await replay(makeRecording([said(10, loading), said(160, ready), ...invocation(200, 'a', { n: 1 }, ['one'])]));
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('x', { n: 1 })}\n`);
  await heard.count(1);
  expect(plugin.stdin.writableLength + plugin.stdin.writableHighWaterMark).toBeGreaterThan(0);
  expect(await heard.count(5)).toEqual([loading, ready, acknowledgement, response('x', 'one'), end('x')]);
});

test('answers equal requests in recorded order, and repeats the last', async () => {
  await using plugin = await replay(makeRecording([...startUp(), ...invocation(100, 'a', {}, ['1']), ...invocation(200, 'b', {}, ['2'])]), instant);
  const heard = new LineReader(plugin.stdout);
  for (const id of ['p', 'q', 'r', 's']) plugin.stdin.write(`${request(id)}\n`);
  await heard.count(2 + 4 * 3);
  expect(heard.lines.filter((line) => line.includes('plugin_response'))).toEqual([response('p', '1'), response('q', '2'), response('r', '2'), response('s', '2')]);
});

test('answers equal requests with those of the same connection first', async () => {
  const session = [said(1, loading), said(2, announcement), said(3, ready, 1), said(4, ready, 2), ...invocation(10, 'a', {}, ['on 1'], { connection: 1 }), ...invocation(20, 'a', {}, ['on 2'], { connection: 2 })];
  await using plugin = await replay(makeRecording(session), tcp);
  const one = await dial(plugin.port);
  await one.heard.count(1);
  const two = await dial(plugin.port);
  await two.heard.count(1);
  two.socket.write(`${request('x')}\n`);
  expect((await two.heard.count(4))[2]).toBe(response('x', 'on 2'));
  one.socket.write(`${request('x')}\n`);
  expect((await one.heard.count(4))[2]).toBe(response('x', 'on 1'));
});

test('gives each of a thousand recorded answers once, in order, to a thousand equal requests at once', async () => {
  const session = Array.from({ length: 1000 }, (_, index) => invocation(100 + index * 5, `r${index}`, {}, [`answer ${index}`])).flat();
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
  const session = Array.from({ length: 20_000 }, (_, index) => invocation(100 + index * 5, `r${index}`, { n: index % 100 }, [`answer ${index}`])).flat();
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
  await using plugin = await replay(makeRecording([...startUp(), ...invocation(100, 'a', {}, Array.from({ length: 100 }, () => text))]), instant);
  let written = 0;
  const requests = Array.from({ length: 200 }, (_, index) => `${request(`n${index}`, {})}\n`);
  const write = (): void => {
    while (written < requests.length && plugin.stdin.write(requests[written++]?.padEnd(4000, ' ')));
  };
  plugin.stdin.on('drain', write);
  write();
  for (let turn = 0; turn < 200; turn++) await setImmediate();
  // 200 MB of answers wait to be made.
  expect(plugin.stdout.readableLength + plugin.stdout.writableLength).toBeLessThan(1 << 20);
  expect(written).toBeLessThan(100);
  const heard = new LineReader(plugin.stdout);
  await heard.until(() => heard.lines.filter((line) => line.includes('plugin_invoke_end')).length === 200 || heard.lines.length > 30_000);
  expect(heard.lines).toHaveLength(2 + 200 * 102);
});

const failedWrite = /^\{"invoke_id":"","type":"error","response":\{"error":"write tcp 127\.0\.0\.1:(\d+)-\\u003e127\.0\.0\.1:(\d+): write: (broken pipe|connection reset by peer)"\}\}$/;

test.each(['closes', 'resets'] as const)('reports each message that it can not write to a client that %s mid-answer, and serves the others', async (how) => {
  const session = [...startUp(), ...invocation(100, 'a', { n: 1 }, Array.from({ length: 40 }, (_, index) => String(index)), { gap: 10 }), ...invocation(900, 'a', { n: 2 }, ['still here'])];
  await using plugin = await replay(makeRecording(session), { mode: 'tcp', startupGap: 0 });
  const stdout = new LineReader(plugin.stdout);
  const [one, two] = [await dial(plugin.port), await dial(plugin.port)];
  const port = one.socket.localPort;
  one.socket.write(`${request('x', { n: 1 })}\n`);
  await one.heard.text('"text":"5"');
  const seen = one.heard.lines.length - 2;
  if (how === 'closes') one.socket.destroy();
  else one.socket.resetAndDestroy();
  // 41 messages in all; the system may take two more before it learns that nobody is there.
  const expected = 41 - seen - 2;
  await stdout.until(() => stdout.lines.length - 2 >= expected, `${expected} reports`);
  for (const line of stdout.lines.slice(2)) expect(line).toMatch(failedWrite);
  const [, from, to] = failedWrite.exec(stdout.lines.at(-1) ?? '') ?? [];
  expect([Number(from), Number(to)]).toEqual([plugin.port, port]);
  two.socket.write(`${request('y', { n: 2 })}\n`);
  expect(await two.heard.count(4)).toEqual([ready, acknowledgement, response('y', 'still here'), end('y')]);
});

test('reports in the system’s words what was still waiting for a client that did not read and is gone', async () => {
  const text = 'x'.repeat(50_000);
  const session = [...startUp(), ...invocation(100, 'a', {}, Array.from({ length: 400 }, () => text))];
  await using plugin = await replay(makeRecording(session), tcp);
  const stdout = new LineReader(plugin.stdout);
  const socket = connect({ port: plugin.port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(`${request('x')}\n`);
  await once(socket, 'readable'); // and reads no more
  socket.resetAndDestroy();
  await stdout.until(() => stdout.lines.length > 100, 'a hundred reports');
  for (const line of stdout.lines.slice(2)) expect(line).toMatch(failedWrite);
});

test('goes on answering after a half-close, then closes the connection', async () => {
  await using plugin = await replay(makeRecording([...startUp(), ...invocation(100, 'a', {}, ['one', 'two'], { gap: 40 })]), { mode: 'tcp', startupGap: 0 });
  const { socket, heard } = await dial(plugin.port);
  socket.end(request('x'));
  expect(await heard.end()).toEqual([ready, acknowledgement, response('x', 'one'), response('x', 'two'), end('x')]);
});

test('hears nothing more from a client whose line is longer than 15 MiB, and still hears the others', async () => {
  await using plugin = await replay(makeRecording(simple), tcp);
  const [one, two] = [await dial(plugin.port), await dial(plugin.port)];
  one.socket.write(`${request('x', { n: 1 })}\n`);
  await one.heard.count(5);
  one.socket.on('error', () => undefined);
  one.socket.write(`${'x'.repeat((15 << 20) - 1)}`);
  one.socket.write(`xy\n${request('y', { n: 1 })}\n`.repeat(1000));
  two.socket.write(`${request('z', { n: 1 })}\n`.padStart((15 << 20), ' '));
  await two.heard.count(5);
  expect(one.heard.lines).toHaveLength(5);
  expect(one.heard.hasEnded).toBe(false);
});

test('reads CRLF, empty lines and what is no request as the program does', async () => {
  await using plugin = await replay(makeRecording(simple), instant);
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('x', { n: 1 })}\r\n\n\r\nnot json\n{"invoke_id":"m"}\r\n`);
  const lines = await heard.count(2 + 4 + 4 * 2);
  const refusals = lines.filter((line) => line.includes('"type":"error"'));
  expect(refusals).toEqual([error('', 'unexpected end of JSON input'), error('', 'unexpected end of JSON input'), error('', "invalid character 'o' in literal null (expecting 'u')"), error('m', 'action and type are required')]);
  expect(lines.filter((line) => line === acknowledgement)).toHaveLength(5);
});

test('plays lines with the endings that they had, the last one without', async () => {
  const file = makeRecording([...startUp(), client(50, request('a')), said(51, acknowledgement), { ...said(52, response('a', 'x')), eol: '\r\n' }, { ...said(53, '{"invoke_id":"a","type":"plugin_response","resp'), eol: '' }, event(60, 'exit', { code: 9 })]);
  await using plugin = await replay(file, instant);
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('x')}\n`);
  expect((await heard.end()).slice(3)).toEqual([`${response('x', 'x')}\r`]);
  expect(heard.rest).toBe('{"invoke_id":"x","type":"plugin_response","resp');
  expect(await plugin.exited).toEqual({ code: 9, signal: null });
});

test('exits as the recorded plugin did, once the line before it has been played', async () => {
  const file = makeRecording([...startUp(), ...invocation(100, 'a', { n: 1 }, []), client(200, request('b', { n: 2 })), said(201, acknowledgement), said(202, response('b', 'x')), event(300, 'exit', { signal: 'SIGKILL' })]);
  await using plugin = await replay(file, instant);
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('p', { n: 1 })}\n`);
  await heard.count(4);
  plugin.stdin.write(`${request('q', { n: 2 })}\n`);
  expect(await plugin.exited).toEqual({ code: null, signal: 'SIGKILL' });
  expect((await heard.end()).slice(4)).toEqual([acknowledgement, response('q', 'x')]);
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

test('answers in the text format', async () => {
  await using plugin = await replay(makeRecording(simple), { ...instant, responseFormat: 'text' });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('x', { n: 1 })}\n`);
  const lines = await heard.count(11);
  expect(lines[0]).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d run\.go:167: \[INFO\]loading plugin$/);
  expect(lines.slice(1)).toEqual(['[plugin_ready] map[info:plugin loaded]', '', '[info] map[info:received request]', '', '[plugin_response] map[message:map[text:one] type:text]', '', '[plugin_response] map[message:map[text:two] type:text]', '', '[plugin_invoke_end] map[info:plugin invoke end]', ''].slice(0, lines.length - 1));
});

test('keeps the recorded gaps, times its pace, and never less', async () => {
  const file = makeRecording([...startUp(), ...invocation(100, 'a', {}, ['1', '2', '3'], { gap: 40 })]);
  for (const [pace, gap] of [['recorded', 40], ['2x', 20]] as const) {
    await using plugin = await replay(file, { pace, startupGap: 0 });
    const heard = new LineReader(plugin.stdout);
    await heard.count(2);
    plugin.stdin.write(`${request('x')}\n`);
    await heard.count(3);
    const times: number[] = [];
    for (let line = 4; line <= 7; line++) {
      await heard.count(line);
      times.push(performance.now());
    }
    for (const [index, time] of times.slice(1).entries()) expect(time - (times[index] ?? 0)).toBeGreaterThan(gap - 8);
  }
});

test('tells of a broken recording by what it throws, or by how it ended', async () => {
  const file = makeFile(renderRecording(simple).replace('"from":"client"', '"from":"nobody"'));
  await expect(replay(file)).rejects.toThrow(RepriseError);
  await expect(replay('/none.jsonl')).rejects.toMatchObject({ code: 'not-found' });
  await expect(replay([])).rejects.toMatchObject({ code: 'usage' });
  const many = Array.from({ length: 30_000 }, (_, index) => client(100 + index, request('a', { n: index })));
  const late = makeFile(`${renderRecording([...startUp(), ...many])}{"at":9,"from":"nobody"}\n`);
  await using plugin = await replay(late, instant);
  const heard = new LineReader(plugin.stdout);
  await expect(plugin.exited).rejects.toMatchObject({ code: 'broken-line', line: 30_004 });
  await heard.end();
});

test('tells of a last line that was cut off', async () => {
  const warnings: string[] = [];
  const file = makeFile(`${renderRecording(simple)}{"at"`);
  await using plugin = await replay(file, { ...instant, onWarning: (text) => warnings.push(text) });
  await new LineReader(plugin.stdout).count(2);
  await vi.waitFor(() => expect(warnings).toEqual([`${file}:9: the last line was cut off (5 bytes) and is skipped.`]));
});

test('refuses a port that is taken', async () => {
  await using one = await replay(makeRecording(simple), tcp);
  await expect(replay(makeRecording(simple), { ...tcp, port: one.port })).rejects.toMatchObject({ code: 'port-in-use' });
  await using other = await replay(makeRecording(simple), { ...tcp, host: '127.0.0.1' });
  await expect(dial(other.port, '::1')).rejects.toThrow('ECONNREFUSED');
});
