import { defineFault, instead, moment } from '../fault.ts';
import { anywhere } from '../place.ts';

/** A program that does not end when it is asked to: only SIGKILL does it. */
export const ignoreSignals = defineFault({
  name: 'ignore-signals',
  group: 'process',
  text: 'SIGTERM and SIGINT do nothing',
  parameters: {},
  at: 'start',
  places: anywhere,
  prepare:
    () =>
    ({ step, process }) =>
      instead(
        moment(step, () => process.ignoreSignals()),
        step,
      ),
});
