import { defineFault, instead } from '../fault.ts';
import { milliseconds } from '../parameters.ts';
import { messages } from '../place.ts';

/** A pipe that is read late: what comes within a time is one write, in which a reader must find the lines. */
export const coalesce = defineFault({
  name: 'coalesce',
  group: 'bytes',
  text: 'messages wait for others, and leave in one write',
  parameters: { ms: milliseconds(50, 'how long the first of them waits') },
  at: 'any',
  places: messages,
  isChange: true,
  prepare: ({ ms }) => {
    const ends = new Map<number, number>(); // when each connection's write leaves
    return ({ step, connection, wire }) => {
      const known = ends.get(connection) ?? -Infinity;
      const due = step.due > known ? step.due + ms : known;
      ends.set(connection, due);
      const bytes = wire();
      // Text is joined where bytes are written one by one.
      return bytes && instead({ ...step, due, bytes: bytes.toString('latin1') });
    };
  },
});
