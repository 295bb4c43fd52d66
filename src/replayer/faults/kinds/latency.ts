import { defineFault, instead } from '../fault.ts';
import { milliseconds } from '../parameters.ts';
import { anywhere } from '../place.ts';

/** A slow network or a slow plugin: messages keep their order, and each comes later than it was due. */
export const latency = defineFault({
  name: 'latency',
  group: 'time',
  text: 'each message comes later than it would',
  parameters: {
    ms: milliseconds(200, 'how much later'),
    jitter: milliseconds(0, 'up to so much more or less, by the seed'),
  },
  at: 'any',
  places: anywhere,
  isChange: true,
  prepare:
    ({ ms, jitter }) =>
    ({ step, draw }) =>
      instead({ ...step, due: step.due + Math.max(0, ms + (2 * draw() - 1) * jitter) }),
});
