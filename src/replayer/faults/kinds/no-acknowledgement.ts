import { defineFault, instead, silent } from '../fault.ts';

/** A request that is answered without having been acknowledged. */
export const noAcknowledgement = defineFault({
  name: 'no-acknowledgement',
  group: 'protocol',
  text: 'the request is not acknowledged',
  parameters: {},
  at: 'acknowledgement',
  places: ['acknowledgement'],
  isChange: true,
  prepare:
    () =>
    ({ step }) =>
      instead(silent(step)),
});
