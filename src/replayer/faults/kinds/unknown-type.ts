import { withType } from '../edit-message.ts';
import { defineFault, edit } from '../fault.ts';
import { text as textOf } from '../parameters.ts';
import { messages } from '../place.ts';

/** A message of a later version of the protocol. (The selection has the name `type`, so that here it is `as`.) */
export const unknownType = defineFault({
  name: 'unknown-type',
  group: 'protocol',
  text: 'the message has a type that clients do not know',
  parameters: { as: textOf('plugin_surprise', 'the type') },
  at: 'response 1',
  places: messages,
  isChange: true,
  prepare:
    ({ as }) =>
    ({ step, message }) =>
      edit(step, message(), (bytes) => withType(bytes, as)),
});
