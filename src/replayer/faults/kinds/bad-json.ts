import { changed, defineFault } from '../fault.ts';
import { messages } from '../place.ts';

/** A line that looks like a message and can't be parsed. */
export const badJson = defineFault({
  name: 'bad-json',
  group: 'protocol',
  text: 'the message is no JSON: its last brace is missing',
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
          .replace(/[}\]](?=[\r\n]*$)/, ''),
      ),
});
