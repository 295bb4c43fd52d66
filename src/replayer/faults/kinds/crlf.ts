import { changed, defineFault } from '../fault.ts';
import { messages } from '../place.ts';

/** A program that was built for Windows. */
export const crlf = defineFault({
  name: 'crlf',
  group: 'bytes',
  text: 'the line ends with a carriage return and a newline',
  parameters: {},
  at: 'any',
  places: messages,
  isChange: true,
  prepare:
    () =>
    ({ step, wire }) =>
      changed(step, wire()?.toString('latin1').replace(/\r?\n/g, '\r\n')),
});
