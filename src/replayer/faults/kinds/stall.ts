import { defineFault, finish } from '../fault.ts';
import { anywhere } from '../place.ts';

/** A plugin that hangs in one invocation, while others are answered. */
export const stall = defineFault({
  name: 'stall',
  group: 'time',
  text: 'the invocation says nothing more, for ever',
  parameters: {},
  at: 'response 1',
  places: anywhere,
  prepare: () => () => finish(),
});
