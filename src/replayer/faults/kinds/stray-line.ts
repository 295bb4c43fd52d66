import { defineFault, instead, messageAt } from '../fault.ts';
import { text as textOf } from '../parameters.ts';
import { messages } from '../place.ts';

/** Something that prints to the stdout on which the messages go. */
export const strayLine = defineFault({
  name: 'stray-line',
  group: 'bytes',
  text: 'a line that is no message comes before the message',
  parameters: { text: textOf('Hello from the plugin', 'the line') },
  at: 'response 1',
  places: messages,
  prepare:
    ({ text }) =>
    ({ step }) =>
      instead(messageAt(step, 'stray', `${text}\n`), step),
});
