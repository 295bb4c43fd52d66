import { changed, defineFault } from '../fault.ts';
import { messages } from '../place.ts';

/** A writer that begins with U+FEFF. */
export const bom = defineFault({
  name: 'bom',
  group: 'bytes',
  text: 'a byte order mark comes before the message',
  parameters: {},
  at: 'response 1',
  places: messages,
  isChange: true,
  prepare:
    () =>
    ({ step, wire }) =>
      changed(step, prepend(wire())),
});

const mark = Buffer.from('\uFEFF');

function prepend(bytes: Buffer | undefined): Buffer | undefined {
  return bytes && Buffer.concat([mark, bytes]);
}
