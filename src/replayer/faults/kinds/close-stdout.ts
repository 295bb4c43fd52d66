import { defineFault, instead, moment } from '../fault.ts';
import { anywhere } from '../place.ts';

/** The client reads the end of stdout from a program that still runs. */
export const closeStdout = defineFault({
  name: 'close-stdout',
  group: 'process',
  text: 'stdout is closed, and the process goes on',
  parameters: {},
  at: 'response 1',
  places: anywhere,
  prepare:
    () =>
    ({ step, process }) =>
      instead(
        moment(step, () => process.closeStdout()),
        step,
      ),
});
