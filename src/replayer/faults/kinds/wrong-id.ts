import { withId } from '../edit-message.ts';
import { defineFault, edit } from '../fault.ts';
import { text as textOf } from '../parameters.ts';

/** An answer to a question that was never asked. */
export const wrongId = defineFault({
  name: 'wrong-id',
  group: 'protocol',
  text: 'the message has an id that nobody asked with',
  parameters: { id: textOf('reprise-no-such-id', 'the id') },
  at: 'response 1',
  places: ['response', 'error', 'end'],
  isChange: true,
  prepare:
    ({ id }) =>
    ({ step, message }) =>
      edit(step, message(), (bytes) => withId(bytes, id)),
});
