import { fields, withoutField } from '../edit-message.ts';
import { defineFault, edit } from '../fault.ts';
import { choice } from '../parameters.ts';
import { messages } from '../place.ts';

/** A message without its id, its type or its response. */
export const missingField = defineFault({
  name: 'missing-field',
  group: 'protocol',
  text: 'a member of the message is missing',
  parameters: { field: choice('response', fields, 'which') },
  at: 'response 1',
  places: messages,
  isChange: true,
  prepare:
    ({ field }) =>
    ({ step, message }) =>
      edit(step, message(), (bytes) => withoutField(bytes, field)),
});
