import { cutEnding } from '../edit-message.ts';
import { changed, defineFault } from '../fault.ts';
import { count } from '../parameters.ts';
import { messages } from '../place.ts';

/** Bits that change on the way; the line stays a line. */
export const corrupt = defineFault({
  name: 'corrupt',
  group: 'bytes',
  text: 'bits of the message are flipped, by the seed',
  parameters: { bits: count(1, 'how many', [1, 1000]) },
  at: 'response 1',
  places: messages,
  isChange: true,
  prepare: ({ bits }) => {
    return ({ step, wire, draw }) => {
      const whole = wire();
      if (whole === undefined) return undefined;
      const bytes = Buffer.from(whole);
      const { length } = cutEnding(bytes).line;
      if (length === 0) return undefined;
      for (let flipped = 0; flipped < bits; flipped++) {
        const at = Math.floor(draw() * length);
        const bit = Math.floor(draw() * 8);
        const byte = bytes.readUInt8(at);
        // A newline would make two lines of it.
        bytes.writeUInt8((byte ^ (1 << bit)) === newline ? byte ^ (1 << ((bit + 1) % 8)) : byte ^ (1 << bit), at);
      }
      return changed(step, bytes);
    };
  },
});

const newline = 0x0a;
