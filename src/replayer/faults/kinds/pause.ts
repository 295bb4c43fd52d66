import { defineFault, instead, moment } from '../fault.ts';
import { milliseconds } from '../parameters.ts';
import { anywhere } from '../place.ts';

/** A machine without a free processor: nothing is read or sent on any connection. Signals are still heard. */
export const pause = defineFault({
  name: 'pause',
  group: 'time',
  text: 'the whole process stands still',
  parameters: { ms: milliseconds(undefined, 'for so long; without it for ever') },
  at: 'response 1',
  places: anywhere,
  prepare:
    ({ ms }) =>
    ({ step, process }) =>
      instead(
        moment(step, () => process.pause(ms)),
        step,
      ),
});
