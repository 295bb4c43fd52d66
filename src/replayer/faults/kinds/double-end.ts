import { defineFault, instead, repeated } from '../fault.ts';

/** An end after the end: a client may take it for that of another invocation. */
export const doubleEnd = defineFault({
  name: 'double-end',
  group: 'protocol',
  text: 'the invocation ends twice',
  parameters: {},
  at: 'end',
  places: ['end'],
  isChange: true,
  prepare:
    () =>
    ({ step }) =>
      instead(...repeated(step, 1)),
});
