import { defineFault, instead, silent } from '../fault.ts';
import { messages } from '../place.ts';

/** A message that never arrives; what follows does. */
export const drop = defineFault({
  name: 'drop',
  group: 'protocol',
  text: 'the message is lost',
  parameters: {},
  at: 'response 1',
  places: messages,
  isChange: true,
  prepare:
    () =>
    ({ step }) =>
      instead(silent(step)),
});
