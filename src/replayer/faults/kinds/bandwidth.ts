import { defineFault, sliced } from '../fault.ts';
import { bytes as bytesOf } from '../parameters.ts';
import { messages } from '../place.ts';

/** So many writes a second. */
const writes = 20;

/** A thin line: no more than so many bytes a second leave on a connection. */
export const bandwidth = defineFault({
  name: 'bandwidth',
  group: 'time',
  text: 'so many bytes a second, and no more',
  parameters: { rate: bytesOf(1024, 'how many bytes a second') },
  at: 'any',
  places: messages,
  isChange: true,
  prepare: ({ rate }) => {
    const wait = (bytes: number): number => (bytes / rate) * 1000;
    // The next message has to wait for the last part of this one, too.
    return ({ step }) => sliced(step, { size: Math.ceil(rate / writes), wait, lastWait: wait });
  },
});
