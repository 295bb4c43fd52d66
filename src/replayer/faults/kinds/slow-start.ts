import { defineFault, instead } from '../fault.ts';
import { milliseconds } from '../parameters.ts';

/** Dependencies that take their time to install: ready, or in TCP mode the announcement, comes later. */
export const slowStart = defineFault({
  name: 'slow-start',
  group: 'time',
  text: 'ready comes later',
  parameters: { ms: milliseconds(5000, 'how much later') },
  at: 'ready',
  places: ['ready'],
  isChange: true,
  isOfStart: true,
  prepare:
    ({ ms }) =>
    ({ step }) =>
      instead({ ...step, due: step.due + ms }),
});
