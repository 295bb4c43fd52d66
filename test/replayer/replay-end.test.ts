import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { RepriseError, replay } from 'reprise';
import { expect, test } from 'vitest';
import { makeFile } from '../support/files.ts';
import { textOf } from '../support/error-text.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { LineReader } from '../support/line-reader.ts';
import { reprise } from '../support/programs.ts';
import { isLinux, start, stateOf } from '../support/recorder.ts';
import {
  acknowledgement,
  client,
  end,
  invocation,
  loading,
  makeRecording,
  plugin as said,
  ready,
  renderRecording,
  request,
  response,
  startUp,
  simple,
} from '../support/recordings.ts';

const instant = { pace: 'instant' } as const;

test('ends its output and its process when it is closed, and closing twice does no harm', async () => {
  const plugin = await replay(makeRecording(simple), instant);
  const heard = new LineReader(plugin.stdout);
  await heard.count(2);
  await plugin.close();
  await plugin.close();
  expect(await plugin.exited).toEqual({ code: 0, signal: null });
  expect(await heard.end()).toEqual([loading, ready]);
});

test('can be closed before it has done anything', async () => {
  const plugin = await replay(makeRecording(simple));
  await plugin.close();
  expect(await plugin.exited).toEqual({ code: 0, signal: null });
});

test('goes on with what runs for 100 ms when it is stopped', async () => {
  await using plugin = await replay(
    makeRecording([
      ...startUp(),
      ...invocation(
        100,
        'a',
        {},
        Array.from({ length: 100 }, (_, index) => String(index)),
        { gap: 20 },
      ),
    ]),
    { startupGap: 0 },
  );
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('a')}\n`);
  await heard.count(4);
  const began = performance.now();
  plugin.stop();
  expect(await plugin.exited).toEqual({ code: 0, signal: null });
  const took = performance.now() - began;
  expect(took).toBeGreaterThan(95);
  expect((await heard.end()).length).toBeGreaterThan(6);
  expect(heard.lines.length).toBeLessThan(100); // of 104: it ended in the middle
});

test('ends at once when it is stopped and nothing runs', async () => {
  const clock = new FakeClock(); // on which no time passes
  await using plugin = await replay(makeRecording(simple), { ...instant, clock });
  await new LineReader(plugin.stdout).count(2);
  plugin.stop();
  while (clock.turn());
  expect(await plugin.exited).toEqual({ code: 0, signal: null });
});

test('answers what was sent before SIGTERM, on a connection too that it has not heard of yet', async () => {
  const plugin = start([...reprise, 'replay', makeRecording(simple), '-m', 'tcp', '--pace', 'instant']);
  await plugin.says('"port":');
  plugin.child.kill('SIGSTOP'); // so that it hears of all three at once
  const socket = connect(Number(/"port":(\d+)/.exec(plugin.stdout().toString())?.[1]), '127.0.0.1');
  const heard = new LineReader(socket);
  socket.write(`${request('x', { n: 1 })}\n`, () => {
    plugin.child.kill('SIGTERM');
    plugin.child.kill('SIGCONT');
  });
  expect((await heard.end()).at(-1)).toBe(end('x'));
  expect(await plugin.ended).toMatchObject({ code: 0, signal: null });
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
  await using plugin = await replay(
    makeRecording([
      ...startUp(),
      client(50, request('a')),
      said(51, acknowledgement),
      said(52, response('a', 'x')),
      ...invocation(60, 'b', { n: 2 }, []),
    ]),
    instant,
  );
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('x')}\n`);
  await heard.count(4);
  plugin.stdin.write(`${request('y', { n: 2 })}\n`);
  expect((await heard.count(6)).slice(2)).toEqual([acknowledgement, response('x', 'x'), acknowledgement, end('y')]);
});

test('says that an invocation never ended, where it is told to', async () => {
  const file = makeRecording([
    ...startUp(),
    client(50, request('a')),
    said(51, acknowledgement),
    said(52, response('a', 'x')),
  ]);
  await using plugin = await replay(file, { ...instant, onUnfinished: 'error' });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('x')}\n`);
  const lines = await heard.count(6);
  expect([lines[3], lines[5]]).toEqual([response('x', 'x'), end('x')]);
  expect(textOf(Buffer.from(lines[4] ?? '', 'latin1').toString())).toMatchObject({
    error_type: 'UnfinishedInvocation',
    message: `reprise: ${file}#1: invoke_tool never ended in the recording; to wait for ever as it did: --on-unfinished hang`,
  });
});

test('says that an invocation with a strange action never ended, without double quotes', async () => {
  const strange = '{"invoke_id":"a","type":"t","action":"say \\"hi\\"\\n","request":{}}';
  await using plugin = await replay(makeRecording([...startUp(), client(50, strange), said(51, acknowledgement)]), {
    ...instant,
    onUnfinished: 'error',
  });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${strange}\n`);
  const { message } = textOf((await heard.count(5))[3]);
  expect(message).toMatch(/^reprise: .*#1: say `hi`\\n never ended in the recording; /);
});

test('tells of a broken recording by what it throws, or by how it ended', async () => {
  const file = makeFile(renderRecording(simple).replace('"from":"client"', '"from":"nobody"'));
  await expect(replay(file)).rejects.toThrow(RepriseError);
  await expect(replay('/none.jsonl')).rejects.toMatchObject({ code: 'not-found' });
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
  await expect.poll(() => warnings).toEqual([`${file}:9: the last line was cut off (5 bytes) and is skipped.`]);
});

test.skipIf(!isLinux)('a replay that was left alone is a service, and lives on', async () => {
  const recording = makeRecording(simple);
  const command = ['sh', '-c', '"$@" </dev/null & echo "pid $!"', 'sh', ...reprise, 'replay', recording, '-m', 'tcp'];
  const starter = start(command);
  await once(starter.child, 'exit');
  await starter.says('"port":');
  const [, pid] = /pid (\d+)/.exec(starter.stdout().toString()) ?? [];
  await sleep(1200); // that nothing happens can't be waited for
  expect(stateOf(Number(pid))).toBe('S');
});

test.skipIf(!isLinux)(
  'takes no notice of signals that are nothing to a Go program, and is ended by SIGHUP',
  async () => {
    const plugin = start([...reprise, 'replay', makeRecording(simple), '--pace', 'instant']);
    await plugin.says(ready);
    for (const signal of [
      'SIGUSR1',
      'SIGUSR2',
      'SIGALRM',
      'SIGVTALRM',
      'SIGIO',
      'SIGXCPU',
      'SIGPWR',
      'SIGPIPE',
    ] as const)
      plugin.child.kill(signal);
    plugin.child.stdin.write(`${request('x', { n: 1 })}\n`);
    await plugin.says(end('x'));
    plugin.child.kill('SIGHUP');
    expect(await plugin.ended).toMatchObject({ signal: 'SIGHUP', stderr: '' });
  },
);

test('is ended by SIGQUIT at once, with status 2, as a Go program is', async () => {
  const answers = invocation(100, 'a', {}, ['one', 'never'], { gap: 60_000 });
  const plugin = start([...reprise, 'replay', makeRecording([...startUp(), ...answers])]);
  plugin.child.stdin.write(`${request('x')}\n`);
  await plugin.says(acknowledgement);
  plugin.child.kill('SIGQUIT');
  expect(await plugin.ended).toMatchObject({ code: 2, signal: null });
});
