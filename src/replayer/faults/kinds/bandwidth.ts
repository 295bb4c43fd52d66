import { defineFault, instead } from '../fault.ts';
import { bytes as bytesOf } from '../parameters.ts';
import { messages } from '../place.ts';
import { slice } from './slicer.ts';

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
    return ({ step, wire }) => {
      const whole = wire();
      if (whole === undefined) return undefined;
      const slices = slice({ ...step, bytes: whole }, Math.ceil(rate / writes), wait);
      // The next message has to wait for the last part of this one, too.
      for (const last of slices.slice(-1)) last.hold = wait(last.bytes.length);
      return instead(...slices);
    };
  },
});
