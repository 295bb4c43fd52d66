import { defineFault, sliced } from '../fault.ts';
import { bytes as bytesOf, milliseconds } from '../parameters.ts';
import { messages } from '../place.ts';

/** A message that comes in many writes, as a network may cut it: characters of several bytes are cut, too. */
export const slicer = defineFault({
  name: 'slicer',
  group: 'bytes',
  text: 'the message comes in small writes',
  parameters: {
    bytes: bytesOf(1, 'how much a write has'),
    gap: milliseconds(0, 'the wait between two of them'),
  },
  at: 'any',
  places: messages,
  isChange: true,
  prepare:
    ({ bytes, gap }) =>
    ({ step }) =>
      sliced(step, { size: bytes, wait: () => gap, lastWait: () => 0 }),
});
