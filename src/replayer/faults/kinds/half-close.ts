import { defineFault, finish, moment } from '../fault.ts';
import { onConnections } from '../place.ts';

/** It closes its side of the connection: the client reads its end, and can still write. */
export const halfClose = defineFault({
  name: 'half-close',
  group: 'connection',
  text: 'the connection is closed for what is sent; what is written to it is still read',
  parameters: {},
  at: 'response 1',
  places: onConnections,
  isTcpOnly: true,
  prepare:
    () =>
    ({ step, connection, process }) =>
      finish(moment(step, () => process.disconnect(connection, 'half-close'))),
});
