import { defineFault } from '../fault.ts';

/** Two messages of an invocation that overtake each other. */
export const reorder = defineFault({
  name: 'reorder',
  group: 'protocol',
  text: 'the message changes places with the next one of its invocation',
  parameters: {},
  at: 'response 1',
  places: ['response', 'error'],
  isChange: true,
  prepare: () => () => ({ send: [], goesOn: true, isSwap: true }),
});
