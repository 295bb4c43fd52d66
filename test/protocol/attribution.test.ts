import { expect, test } from 'vitest';
import { Attribution } from '../../src/protocol/attribution.ts';
import { longestRequest } from '../../src/protocol/limits.ts';
import {
  acknowledgement,
  announcement,
  death,
  end,
  error,
  loading,
  ready,
  request,
  response,
} from '../support/recordings.ts';

/** Feeds lines of the plugin on stdout, and gives what each was taken for. */
function rolesOf(attribution: Attribution, lines: readonly string[], connection = 0): string[] {
  return lines.map((line) => attribution.plugin(connection, Buffer.from(line)).kind);
}

test('knows the start-up of a stdio program', () => {
  const attribution = new Attribution();
  expect(
    rolesOf(attribution, [
      'warning: no cache',
      loading,
      response('', 'x'),
      '{"invoke_id":"","type":"info","response":{"info":"installing"}}',
    ]),
  ).toEqual(['start-up', 'loading', 'start-up', 'start-up']);
  expect([attribution.isReady, attribution.isTcp]).toEqual([false, false]);
  expect(rolesOf(attribution, [ready, loading, announcement, 'noise'])).toEqual(['ready', 'stray', 'stray', 'stray']);
  expect([attribution.isReady, attribution.isTcp]).toEqual([true, false]);
});

test('knows the start-up of a TCP program, and ready on each connection', () => {
  const attribution = new Attribution();
  expect(rolesOf(attribution, [loading, announcement])).toEqual(['loading', 'announcement']);
  expect([attribution.isReady, attribution.isTcp]).toEqual([true, true]);
  expect([1, 2].flatMap((connection) => rolesOf(attribution, [ready], connection))).toEqual(['ready', 'ready']);
  expect(rolesOf(attribution, [loading, announcement], 1)).toEqual(['stray', 'stray']);
});

const failedWrite =
  '{"invoke_id":"","type":"error","response":{"error":"write tcp 127.0.0.1:34187-\\u003e127.0.0.1:43896: write: broken pipe"}}';

test('takes the report of a failed write for one only on the stdout of a TCP program', () => {
  const stdio = new Attribution();
  expect(rolesOf(stdio, [ready, failedWrite])).toEqual(['ready', 'stray']);
  const tcp = new Attribution();
  expect(
    rolesOf(tcp, [announcement, failedWrite, failedWrite.replace('broken pipe', 'connection reset by peer')]),
  ).toEqual(['announcement', 'failed-write', 'failed-write']);
  expect(rolesOf(tcp, [failedWrite], 1)).toEqual(['stray']);
});

test('takes a start-up failure for start-up', () => {
  const attribution = new Attribution();
  expect(rolesOf(attribution, [loading, error('', 'plugin failed to start: x\n\nplugin runtime failed')])).toEqual([
    'loading',
    'start-up',
  ]);
});

test('takes an acknowledgement that nobody asked for as stray', () => {
  const attribution = new Attribution();
  rolesOf(attribution, [ready]);
  const exchange = attribution.client(0, Buffer.from(request('a')));
  expect(exchange).toMatchObject({ outcome: 'running', acknowledged: false });
  expect(rolesOf(attribution, [acknowledgement, acknowledgement])).toEqual(['acknowledgement', 'stray']);
  expect(exchange.acknowledged).toBe(true);
});

test('takes answers to an id that is not running as stray', () => {
  const attribution = new Attribution();
  rolesOf(attribution, [ready]);
  attribution.client(0, Buffer.from(request('a')));
  expect(rolesOf(attribution, [acknowledgement, response('b', 'x'), end('a'), response('a', 'late')])).toEqual([
    'acknowledgement',
    'stray',
    'end',
    'stray',
  ]);
  expect(rolesOf(attribution, [response('a', 'x')], 1)).toEqual(['stray']);
});

test('gives refusals to lines by their texts, and in order where the texts are those of another Go', () => {
  const attribution = new Attribution();
  rolesOf(attribution, [ready]);
  const lines = ['not json', '{"invoke_id":"m"}', '{', '{"invoke_id":5}'].map((line) =>
    attribution.client(0, Buffer.from(line)),
  );
  expect(lines.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'refused', 'refused']);
  const said = [
    error('', 'unexpected end of JSON input'),
    error('m', 'action and type are required'),
    error('', "invalid character 'o' in literal null (expecting 'u')"),
    error('', 'json: words of another version'),
  ];
  const roles = said.map((line) => attribution.plugin(0, Buffer.from(line)));
  expect(roles.map((role) => ('of' in role ? [role.kind, role.of.number] : role.kind))).toEqual([
    ['refusal', 3],
    ['refusal', 2],
    ['refusal', 1],
    ['refusal', 4],
  ]);
  expect(lines.every(({ answered }) => answered)).toBe(true);
  expect(rolesOf(attribution, [said[0] ?? ''])).toEqual(['stray']);
});

test('gives an error with other words to the invocation that runs with this id, not to the refusal', () => {
  const attribution = new Attribution();
  rolesOf(attribution, [ready]);
  attribution.client(0, Buffer.from(request('a')));
  attribution.client(0, Buffer.from('{"invoke_id":"a"}'));
  expect(
    rolesOf(attribution, [error('a', 'ValueError'), error('a', 'action and type are required'), end('a')]),
  ).toEqual(['error', 'refusal', 'end']);
});

/** One invocation that runs when something is logged, and one with the same id after it. @returns whose the lines are */
function afterLog(text: string, lines: readonly string[]): number[] {
  const attribution = new Attribution();
  rolesOf(attribution, [ready]);
  attribution.client(0, Buffer.from(request('a')));
  rolesOf(attribution, [acknowledgement, response('a', 'x')]);
  attribution.log(() => Buffer.from(text));
  attribution.client(0, Buffer.from(request('a')));
  const roles = [acknowledgement, ...lines].map((line) => attribution.plugin(0, Buffer.from(line)));
  return roles.map((role) => ('of' in role ? role.of.number : 0));
}

test('gives what comes after the death of the process to the newer invocation, and then to the one that was lost', () => {
  const lines = [response('a', 'y'), end('a'), response('a', 'late')];
  expect(afterLog(death, lines)).toEqual([2, 2, 2, 1]);
});

test.each([
  ['another one still runs', death.replace('instances_after=0', 'instances_after=1')],
  ['only the plugin says so', `2026/11/22 10:03:52 WARN plugin stderr plugin=a/b:0.0.1 message="${death}"`],
])('does not take a process for dead where %s', (_, text) => {
  expect(afterLog(text, [response('a', 'y'), end('a'), end('a')])).toEqual([2, 1, 1, 2]);
});

test('takes no request for lost that had not been read when the process died', () => {
  const attribution = new Attribution();
  rolesOf(attribution, [ready]);
  attribution.client(0, Buffer.from(request('a')));
  attribution.client(0, Buffer.from(request('a')));
  rolesOf(attribution, [acknowledgement]);
  attribution.log(() => Buffer.from(death));
  rolesOf(attribution, [acknowledgement, end('a')]);
  expect(attribution.unfinished().map(({ number }) => number)).toEqual([1]);
});

test.each([
  ['exactly 15 MiB with its newline', longestRequest - 1, 'running'],
  ['one byte more', longestRequest, 'unread'],
  ['too long for one envelope', undefined, 'unread'],
])('reads a line of %s as the program does', (_, length, outcome) => {
  const attribution = new Attribution();
  const line = length === undefined ? undefined : Buffer.from(request('a').padEnd(length));
  expect(attribution.client(1, line).outcome).toBe(outcome);
  const isDeaf = outcome === 'unread';
  expect(attribution.client(1, Buffer.from(request('b'))).outcome).toBe(isDeaf ? 'unread' : 'running');
  expect(attribution.client(2, Buffer.from(request('b'))).outcome).toBe('running');
  expect(attribution.unfinished().map(({ connection }) => connection)).toEqual(isDeaf ? [2] : [1, 1, 2]);
});

test('tells what has not ended in the order of its requests', () => {
  const attribution = new Attribution();
  for (const [connection, id] of [
    [0, 'b'],
    [1, 'a'],
    [0, 'a'],
    [0, 'b'],
  ] as const)
    attribution.client(connection, Buffer.from(request(id)));
  rolesOf(attribution, [ready, end('a')]);
  expect(attribution.unfinished().map(({ number, connection }) => [number, connection])).toEqual([
    [1, 0],
    [2, 1],
    [4, 0],
  ]);
});

test.each([
  ['spaces', (line: string) => line.replaceAll(':', ': ').replaceAll(',', ', ')],
  ['another order of keys', (line: string) => line.replace(/^\{("invoke_id":"[^"]*"),("type":"[^"]*"),/, '{$2,$1,')],
])('knows the lines of a program with %s, as a recording made by hand may have them', (_, respell) => {
  const lines = [loading, ready, acknowledgement, response('a', 'one'), end('a')].map(respell);
  const attribution = new Attribution();
  const roles = lines.map((line, index) => {
    if (index === 2) attribution.client(0, Buffer.from(request('a', {})));
    return attribution.plugin(0, Buffer.from(line)).kind;
  });
  expect(roles).toEqual(['loading', 'ready', 'acknowledgement', 'response', 'end']);
});
