import { cutEnding, withMember } from '../edit-message.ts';
import { changed, defineFault } from '../fault.ts';
import { bytes as bytesOf } from '../parameters.ts';
import { messages } from '../place.ts';

/** A valid message that is longer than a reader may have room for: its response has a member `padding`. */
export const oversize = defineFault({
  name: 'oversize',
  group: 'bytes',
  text: 'the message is very long, and valid',
  parameters: { bytes: bytesOf((5 << 20) + 1, 'how long its line is in JSON, without the newline') },
  at: 'response 1',
  places: messages,
  isChange: true,
  prepare: ({ bytes }) => {
    return ({ step, message }) => {
      const short = message();
      const padded = short && withMember(short, '"padding":""');
      if (short === undefined || padded === undefined) return undefined;
      const missing = bytes - cutEnding(padded).line.length;
      return missing < 0 ? undefined : changed(step, withMember(short, `"padding":"${'x'.repeat(missing)}"`));
    };
  },
});
