import { defineFault, instead, silent } from '../fault.ts';

/** All is answered, and the invocation never ends. */
export const noEnd = defineFault({
  name: 'no-end',
  group: 'protocol',
  text: 'the end of the invocation never comes',
  parameters: {},
  at: 'end',
  places: ['end'],
  isChange: true,
  prepare:
    () =>
    ({ step }) =>
      instead(silent(step)),
});
