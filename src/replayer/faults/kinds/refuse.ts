import { defineFault, instead, moment } from '../fault.ts';

/** It announces a port on which nobody listens: ECONNREFUSED. */
export const refuse = defineFault({
  name: 'refuse',
  group: 'connection',
  text: 'the announced port refuses connections',
  parameters: {},
  at: 'announcement',
  places: ['announcement'],
  isChange: true,
  isTcpOnly: true,
  prepare:
    () =>
    ({ step, process }) =>
      instead(
        moment(step, () => process.stopListening()),
        step,
      ),
});
