import { defineFault, instead, repeated } from '../fault.ts';
import { count } from '../parameters.ts';
import { messages } from '../place.ts';

/** A message that arrives more than once. */
export const duplicate = defineFault({
  name: 'duplicate',
  group: 'protocol',
  text: 'the message comes again',
  parameters: { copies: count(1, 'how many times more', [1, 1000]) },
  at: 'response 1',
  places: messages,
  isChange: true,
  prepare:
    ({ copies }) =>
    ({ step }) =>
      instead(...repeated(step, copies)),
});
