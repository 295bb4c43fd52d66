import { defineFault, instead, repeated } from '../fault.ts';

/** A second ready right behind the first. */
export const readyTwice = defineFault({
  name: 'ready-twice',
  group: 'protocol',
  text: 'ready comes twice',
  parameters: {},
  at: 'ready',
  places: ['ready'],
  isChange: true,
  prepare:
    () =>
    ({ step }) =>
      instead(...repeated(step, 1)),
});
