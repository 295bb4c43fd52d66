import { defineFault, instead, silent } from '../fault.ts';

/** It listens, and does not say where. */
export const noAnnouncement = defineFault({
  name: 'no-announcement',
  group: 'connection',
  text: 'the port is not announced',
  parameters: {},
  at: 'announcement',
  places: ['announcement'],
  isChange: true,
  isTcpOnly: true,
  prepare:
    () =>
    ({ step }) =>
      instead(silent(step)),
});
