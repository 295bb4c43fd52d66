import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Exchange, Role } from '../../src/protocol/attribution.ts';
import { Attribution } from '../../src/protocol/attribution.ts';
import { encodeGoString } from '../../src/protocol/go-encoder.ts';
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

/** Something said on a connection. `of` is what the test knows it to be. */
interface Event {
  connection: number;
  from: 'client' | 'plugin';
  line: string;
  kind: 'request' | 'refused' | Role['kind'];
  /** The number of the request that it belongs to, by the order in which they were made. */
  of: number;
}

function goLine(id: string, type: string, payload: string): string {
  return `{"invoke_id":${encodeGoString(id)},"type":"${type}","response":${payload}}`;
}

/** One client line and all that the program says of it, in order: acknowledgement, and refusal or answers. */
function exchangeOf({ id, connection, answers, refused }: Shape, of: number): Event[] {
  const answer = (kind: Event['kind'], line: string): Event => ({ connection, from: 'plugin', line, kind, of });
  const acknowledged = answer('acknowledgement', acknowledgement);
  if (refused) {
    const line = `{"invoke_id":${JSON.stringify(id)}}`;
    return [
      { connection, from: 'client', line, kind: 'refused', of },
      acknowledged,
      answer('refusal', goLine(id, 'error', '{"error":"action and type are required"}')),
    ];
  }
  return [
    { connection, from: 'client', line: request(id, { of }), kind: 'request', of },
    acknowledged,
    ...answers.map((kind, index) =>
      answer(kind, goLine(id, kind === 'error' ? 'error' : 'plugin_response', `{"error":"${of}-${index}"}`)),
    ),
    answer('end', goLine(id, 'plugin_invoke_end', '{"info":"plugin invoke end"}')),
  ];
}

interface Shape {
  id: string;
  connection: number;
  answers: ('response' | 'error')[];
  refused: boolean;
}

const fields = {
  id: fc.constantFrom('', 'a', 'a', 'b', '<é&>\u2028', '"\\\t', '🎬'),
  connection: fc.nat(2),
  answers: fc.array(fc.constantFrom('response' as const, 'response' as const, 'error' as const), { maxLength: 4 }),
};
const shape: fc.Arbitrary<Shape> = fc.record({
  ...fields,
  refused: fc.integer({ min: 0, max: 3 }).map((dice) => dice === 0),
});
const acceptedShape: fc.Arbitrary<Shape> = fc.record({ ...fields, refused: fc.constant(false) });

/**
 * Mixes exchanges, each keeping its own order. On a connection, requests come in order, and so do acknowledgements.
 * With `apart`, an id is used again on its connection only when its last invocation has ended.
 */
function interleave(exchanges: readonly Event[][], random: Iterator<number>, apart: boolean): Event[] {
  const left = exchanges.map((events) => [...events]);
  const done: Event[] = [];
  const isBefore = (index: number, other: number): boolean =>
    exchanges[other]?.[0]?.connection === exchanges[index]?.[0]?.connection && other < index;
  const begun = (index: number): number => (exchanges[index]?.length ?? 0) - (left[index]?.length ?? 0);
  const sameId = (index: number, other: number): boolean =>
    exchanges[index]?.[0]?.line.split(',')[0]?.replace('}', '') ===
    exchanges[other]?.[0]?.line.split(',')[0]?.replace('}', '');
  const isFree = (index: number): boolean => {
    if (left[index]?.length === 0) return false;
    if (begun(index) < 2)
      return exchanges.every(
        (_, other) =>
          !isBefore(index, other) ||
          (begun(other) > begun(index) && !(apart && sameId(index, other) && left[other]?.length !== 0)),
      );
    return true;
  };
  for (;;) {
    const open = exchanges.flatMap((_, index) => (isFree(index) ? [index] : []));
    if (open.length === 0) return done;
    const next = left[open[Number(random.next().value) % open.length] ?? 0]?.shift();
    if (next !== undefined) done.push(next);
  }
}

/** Feeds a session, and tells of each event what it was taken for, and whose. */
function attribute(events: readonly Event[]): [string, number][] {
  const attribution = new Attribution();
  const numbers = new Map<Exchange, number>();
  return events.map(({ connection, from, line, of }) => {
    if (from === 'client') {
      const exchange = attribution.client(connection, Buffer.from(line));
      numbers.set(exchange, of);
      return [exchange.line?.kind ?? 'unread', of];
    }
    const role = attribution.plugin(connection, Buffer.from(line));
    return [role.kind, 'of' in role ? (numbers.get(role.of) ?? -1) : -1];
  });
}

test('gives each line back to its invocation where equal ids do not overlap', () => {
  fc.assert(
    fc.property(fc.array(shape, { maxLength: 8 }), fc.infiniteStream(fc.nat()), (shapes, random) => {
      const events = interleave(shapes.map(exchangeOf), random, true);
      expect(events).toHaveLength(shapes.flatMap(exchangeOf).length);
      expect(attribute(events)).toEqual(events.map(({ kind, of }) => [kind, of]));
    }),
    { numRuns: 500 },
  );
});

/** The rule by itself: the oldest one with this id on this connection that has not ended. */
function oldest(events: readonly Event[]): number[] {
  const running: { connection: number; id: string; of: number }[] = [];
  return events.map(({ connection, line, kind, of }) => {
    const { invoke_id: id } = JSON.parse(line) as { invoke_id: string };
    if (kind === 'request') running.push({ connection, id, of });
    if (kind !== 'response' && kind !== 'error' && kind !== 'end') return of;
    const found = running.findIndex((one) => one.connection === connection && one.id === id);
    const owner = running[found]?.of ?? -1;
    if (kind === 'end') running.splice(found, 1);
    return owner;
  });
}

test('gives a line to the oldest invocation that has not ended where equal ids overlap', () => {
  const accepted = fc.array(acceptedShape, { maxLength: 8 });
  fc.assert(
    fc.property(accepted, fc.infiniteStream(fc.nat()), (shapes, random) => {
      const events = interleave(shapes.map(exchangeOf), random, false);
      expect(attribute(events).map(([, of]) => of)).toEqual(oldest(events));
    }),
    { numRuns: 500 },
  );
});

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
  attribution.log(Buffer.from(text));
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
  attribution.log(Buffer.from(death));
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
