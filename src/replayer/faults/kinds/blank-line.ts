import { defineFault, instead, messageAt } from '../fault.ts';
import { messages } from '../place.ts';

/** A writer that puts an empty line between messages, as the plugin's own protocol has it. */
export const blankLine = defineFault({
  name: 'blank-line',
  group: 'bytes',
  text: 'an empty line comes before the message',
  parameters: {},
  at: 'response 1',
  places: messages,
  prepare:
    () =>
    ({ step }) =>
      instead(messageAt(step, 'stray', '\n'), step),
});
