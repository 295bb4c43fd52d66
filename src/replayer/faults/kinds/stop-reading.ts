import { defineFault, instead, moment } from '../fault.ts';
import { onConnections } from '../place.ts';

/** A program that does not take requests any more: a client that goes on writing blocks once the pipe is full. */
export const stopReading = defineFault({
  name: 'stop-reading',
  group: 'process',
  text: 'nothing more is read',
  parameters: {},
  at: 'request',
  places: onConnections,
  prepare:
    () =>
    ({ step, connection, process }) =>
      instead(
        moment(step, () => process.stopReading(connection)),
        step,
      ),
});
