import { defineFault, finish, moment } from '../fault.ts';
import { onConnections } from '../place.ts';

/** It resets the connection: ECONNRESET. */
export const resetPeer = defineFault({
  name: 'reset-peer',
  group: 'connection',
  text: 'the connection is reset',
  parameters: {},
  at: 'response 1',
  places: onConnections,
  isTcpOnly: true,
  prepare:
    () =>
    ({ step, connection, process }) =>
      finish(moment(step, () => process.disconnect(connection, 'reset'))),
});
