import { cutEnding, splice } from '../edit-message.ts';
import { changed, defineFault } from '../fault.ts';
import { messages } from '../place.ts';

const never = Buffer.from([0xff, 0xfe]); // bytes that UTF-8 does not have

/** A plugin that writes in another encoding: the bytes 0xFF 0xFE stand at the end of the message's last text. */
export const invalidUtf8 = defineFault({
  name: 'invalid-utf8',
  group: 'bytes',
  text: 'two bytes in a text of the message are not UTF-8',
  parameters: {},
  at: 'response 1',
  places: messages,
  isChange: true,
  prepare: () => {
    return ({ step, wire }) => {
      const whole = wire();
      if (whole === undefined) return undefined;
      const quote = whole.lastIndexOf('"');
      const at = quote < 0 ? cutEnding(whole).line.length : quote;
      return changed(step, splice(whole, [at, at], never));
    };
  },
});
