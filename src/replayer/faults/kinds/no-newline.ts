import { changed, defineFault } from '../fault.ts';
import { messages } from '../place.ts';

/** Two messages on one line, as from a writer that forgets to end it. */
export const noNewline = defineFault({
  name: 'no-newline',
  group: 'bytes',
  text: 'the message has no newline, so that the next one goes on behind it',
  parameters: {},
  at: 'response 1',
  places: messages,
  isChange: true,
  prepare:
    () =>
    ({ step, wire }) =>
      changed(
        step,
        wire()
          ?.toString('latin1')
          .replace(/[\r\n]+$/, ''),
      ),
});
