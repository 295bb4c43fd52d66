import { defineFault, finish, moment } from '../fault.ts';
import { onConnections } from '../place.ts';

/** It closes the connection in both directions; what was being answered on it is lost. */
export const close = defineFault({
  name: 'close',
  group: 'connection',
  text: 'the connection is closed',
  parameters: {},
  at: 'response 1',
  places: onConnections,
  isTcpOnly: true,
  prepare:
    () =>
    ({ step, connection, process }) =>
      finish(moment(step, () => process.disconnect(connection, 'close'))),
});
