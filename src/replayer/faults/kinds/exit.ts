import { defineFault, exitAt, finish } from '../fault.ts';
import { count } from '../parameters.ts';
import { anywhere } from '../place.ts';

/** The program ends of itself; what was sent before still arrives. */
export const exit = defineFault({
  name: 'exit',
  group: 'process',
  text: 'the process ends with a status',
  parameters: { code: count(1, 'the exit status', [0, 255]) },
  at: 'response 1',
  places: anywhere,
  prepare:
    ({ code }) =>
    ({ step }) =>
      finish(exitAt(step, { code, signal: null })),
});
