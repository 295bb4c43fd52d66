import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { RepriseError } from '../../src/foundation/reprise-error.ts';
import { Script } from '../../src/replayer/script.ts';
import { makeFile } from '../support/files.ts';
import { found, linesOf, match, openScript } from '../support/scripts.ts';
import {
  acknowledgement,
  announcement,
  client,
  death,
  end,
  error,
  event,
  invocation,
  loading,
  makeRecording,
  plugin,
  ready,
  renderRecording,
  request,
  response,
  startUp,
} from '../support/recordings.ts';

test('plays several recordings as one: the start-up of the first that became ready, and all invocations', async () => {
  const failed = [plugin(5, error('', 'no such file')), event(9, 'exit', { code: 1 })];
  const one = [...startUp(), ...invocation(100, 'a', { n: 1 }, ['one'])];
  const two = [
    ...startUp(50),
    ...invocation(100, 'a', { n: 2 }, ['two']),
    ...invocation(200, 'b', { n: 1 }, ['one again']),
  ];
  const script = await openScript(failed, one, two);
  expect([script.isReady, script.startUpExit]).toEqual([true, undefined]);
  expect(script.startUp.map(({ role, at }) => [role, at])).toEqual([
    ['loading', 10],
    ['ready', 30],
  ]);
  expect(linesOf(script, found(script, request('x', { n: 2 })))).toEqual([response('a', 'two'), end('a')]);
  expect(linesOf(script, found(script, request('x', { n: 1 })))).toEqual([response('a', 'one'), end('a')]);
  expect(linesOf(script, found(script, request('x', { n: 1 })))).toEqual([response('b', 'one again'), end('b')]);
  script.close();
});

test('reads a packed recording', async () => {
  const text = renderRecording([...startUp(), ...invocation(100, 'a', {}, ['x'])]);
  const script = await Script.open([makeFile(gzipSync(text), 'a.jsonl.gz')]);
  await script.readOn(() => undefined);
  expect(linesOf(script, found(script, request('b')))).toEqual([response('a', 'x'), end('a')]);
  script.close();
});

test('says later while a big file is being read, and finds or misses when it is', async () => {
  const many = Array.from({ length: 20_000 }, (_, index) =>
    invocation(100 + index * 5, `id-${index}`, { n: index }, [`answer ${index}`]),
  ).flat();
  const script = await Script.open([makeRecording([...startUp(), ...many])]);
  expect(script.isComplete).toBe(false);
  expect(match(script, request('x', { n: 0 })).kind).toBe('found');
  expect([match(script, request('x', { n: 19_999 })).kind, match(script, request('x', { n: -1 })).kind]).toEqual([
    'later',
    'later',
  ]);
  // Another connection's may come first, once it is read.
  expect(match(script, request('x', { n: 1 }), 3).kind).toBe('later');
  let progress = 0;
  await script.readOn(() => progress++);
  expect([script.isComplete, progress > 3]).toEqual([true, true]);
  expect(linesOf(script, found(script, request('x', { n: 19_999 })))).toEqual([
    response('id-19999', 'answer 19999'),
    end('id-19999'),
  ]);
  expect(match(script, request('x', { n: -1 })).kind).toBe('missed');
  script.close();
});

test('stops reading when it is closed', async () => {
  const many = Array.from({ length: 30_000 }, (_, index) =>
    client(100 + index, request('a', { n: index, text: 'x'.repeat(100) })),
  );
  const script = await Script.open([makeRecording([...startUp(), ...many])]);
  const reading = script.readOn(() => undefined);
  script.close();
  await reading;
  expect(script.isComplete).toBe(false);
});

test('counts from the acknowledgement, and keeps what was interleaved apart', async () => {
  const script = await openScript([
    ...startUp(),
    client(50, request('a', { n: 1 })),
    client(51, request('b', { n: 2 })),
    plugin(60, acknowledgement),
    plugin(70, acknowledgement),
    plugin(80, response('b', 'b1')),
    plugin(81, response('a', 'a1')),
    plugin(82, end('b')),
    plugin(83, end('a')),
  ]);
  const [a, b] = [found(script, request('', { n: 1 })), found(script, request('', { n: 2 }))];
  expect([a.startedAt, b.startedAt, a.number, b.number, a.hasEnded]).toEqual([60, 70, 1, 2, true]);
  expect(linesOf(script, a)).toEqual([response('a', 'a1'), end('a')]);
  expect(linesOf(script, b)).toEqual([response('b', 'b1'), end('b')]);
  script.close();
});

test('prefers what was recorded on the same connection', async () => {
  const script = await openScript([
    plugin(1, loading),
    plugin(2, announcement),
    plugin(3, ready, 1),
    plugin(4, ready, 2),
    ...invocation(10, 'a', {}, ['on 1'], { connection: 1 }),
    ...invocation(20, 'a', {}, ['on 2'], { connection: 2 }),
  ]);
  expect(linesOf(script, found(script, request('x'), 2))[0]).toContain('on 2');
  expect(linesOf(script, found(script, request('x'), 2))[0]).toContain('on 1');
  script.close();
});

test('knows what has not ended', async () => {
  const script = await openScript([
    ...startUp(),
    client(40, request('a')),
    plugin(41, acknowledgement),
    plugin(42, response('a', 'x')),
  ]);
  const one = found(script, request('x'));
  expect([one.hasEnded, linesOf(script, one)]).toEqual([false, [response('a', 'x')]]);
  script.close();
});

test('does not know a request that the program never read', async () => {
  const script = await openScript([
    ...startUp(),
    client(40, request('a', { n: 1 })),
    client(40, request('b', { n: 2 })),
    plugin(41, acknowledgement),
    client(42, request('c', { n: 3 })),
    plugin(43, response('c', 'answered all the same')),
  ]);
  const kinds = [1, 2, 3].map((n) => match(script, request('x', { n })).kind);
  expect(kinds).toEqual(['found', 'missed', 'found']);
  expect([...script.index.kinds.values()]).toEqual([2]);
  script.close();
});

test('gives an id that is used again after a crash the answers of the second, and plays both in their order', async () => {
  const logged = { at: 60, from: 'plugin', stderr: true, line: death } as const;
  const script = await openScript([
    ...startUp(),
    client(50, request('a')),
    plugin(51, acknowledgement),
    plugin(52, response('a', 'then it crashed')),
    logged,
    ...invocation(70, 'a', {}, ['once more']),
  ]);
  const [first, second] = [found(script, request('x')), found(script, request('y'))];
  expect(linesOf(script, first)).toEqual([response('a', 'then it crashed')]);
  expect(linesOf(script, second)).toEqual([response('a', 'once more'), end('a')]);
  expect([first.hasEnded, second.hasEnded]).toEqual([false, true]);
  script.close();
});

test('plays what belongs to nothing at its place in the invocation before it', async () => {
  const script = await openScript([
    ...startUp(),
    client(40, request('a')),
    plugin(41, acknowledgement),
    plugin(42, response('a', 'x')),
    plugin(43, 'noise é'),
    plugin(44, end('a')),
  ]);
  expect(linesOf(script, found(script, request('x')))).toEqual([response('a', 'x'), 'stray noise é', end('a')]);
  expect(script.startUp).toHaveLength(2);
  script.close();
});

test('takes no part of stderr', async () => {
  const script = await openScript([
    { ...plugin(1, 'WARNING'), stderr: true },
    ...startUp(),
    { ...plugin(39, ready), stderr: true },
    ...invocation(40, 'a', {}, []),
  ]);
  expect(script.startUp.map(({ role }) => role)).toEqual(['loading', 'ready']);
  script.close();
});

test('refuses a recording of the text format', async () => {
  const file = makeRecording([
    event(1, 'about', { response_format: 'text' }),
    plugin(5, '2026/11/22 10:14:45 run.go:167: [INFO]loading plugin'),
  ]);
  await expect(Script.open([file])).rejects.toThrow(
    `Failed to replay ${file}: it was recorded in the text format, which has no ids to tell answers apart. Record it again with \`-r json\`; it can then be replayed with \`-r text\`.`,
  );
});

test('tells of a last line that was cut off', async () => {
  const file = makeFile(`${renderRecording(startUp())}{"at":9,"from":"cl`);
  const script = await Script.open([file]);
  await script.readOn(() => undefined);
  expect(script.warnings).toEqual([`${file}:4: the last line was cut off (18 bytes) and is skipped.`]);
  script.close();
});

test('names file and line of what is broken, and closes the others', async () => {
  const good = makeRecording(startUp());
  const bad = makeFile(renderRecording(startUp()).replace('"from":"plugin"', '"from":"nobody"'));
  await expect(Script.open([good, bad])).rejects.toThrow(
    `Failed to read ${bad}:2: it has neither an \`event\` nor a \`from\` that is client or plugin.`,
  );
  await expect(Script.open([good, bad])).rejects.toThrow(RepriseError);
});

test('finds requests by digest where so many are kept that memory would matter', async () => {
  const big = (n: number): object => ({ n, text: 'é'.repeat(100_000) });
  const script = await openScript([
    ...startUp(),
    ...Array.from({ length: 60 }, (_, index) =>
      invocation(100 + index * 10, `i${index}`, big(index), [`t${index}`]),
    ).flat(),
  ]);
  for (const index of [0, 30, 59])
    expect(linesOf(script, found(script, request('x', big(index))))[0]).toContain(`t${index}`);
  expect(match(script, request('x', big(60))).kind).toBe('missed');
  script.close();
});
