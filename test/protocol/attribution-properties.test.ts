import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Exchange, Role } from '../../src/protocol/attribution.ts';
import { Attribution } from '../../src/protocol/attribution.ts';
import { encodeGoString } from '../../src/protocol/go-encoder.ts';
import { acknowledgement, request } from '../support/recordings.ts';

function goLine(id: string, type: string, payload: string): string {
  return `{"invoke_id":${encodeGoString(id)},"type":"${type}","response":${payload}}`;
}

/** Something said on a connection. `of` is what the test knows it to be. */
interface Event {
  connection: number;
  from: 'client' | 'plugin';
  line: string;
  kind: 'request' | 'refused' | Role['kind'];
  /** The number of the request that it belongs to, by the order in which they were made. */
  of: number;
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
