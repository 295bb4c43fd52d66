import { withId } from '../edit-message.ts';
import { defineFault, edit } from '../fault.ts';

/** An answer that has lost its id, as start-up messages have none. */
export const emptyId = defineFault({
  name: 'empty-id',
  group: 'protocol',
  text: 'the message has an empty id',
  parameters: {},
  at: 'response 1',
  places: ['response', 'error', 'end'],
  isChange: true,
  prepare:
    () =>
    ({ step, message }) =>
      edit(step, message(), (bytes) => withId(bytes, '')),
});
