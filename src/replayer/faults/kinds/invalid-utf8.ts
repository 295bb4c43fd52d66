import { cutEnding, splice } from '../edit-message.ts';
import { changed, defineFault } from '../fault.ts';
import { messages } from '../place.ts';

const never = Buffer.from([0xff, 0xfe]); // bytes that UTF-8 does not have

/** A plugin that writes in another encoding: the bytes 0xFF 0xFE stand at the end of the message's longest text. */
export const invalidUtf8 = defineFault({
  name: 'invalid-utf8',
  group: 'bytes',
  text: 'two bytes in the longest text of the message are not UTF-8',
  parameters: {},
  at: 'response 1',
  places: messages,
  isChange: true,
  prepare: () => {
    return ({ step, wire }) => {
      const whole = wire();
      if (whole === undefined) return undefined;
      const at = endOfLongest(whole) ?? cutEnding(whole).line.length;
      return changed(step, splice(whole, [at, at], never));
    };
  },
});

/** Texts of JSON; a key has a colon behind it. */
const texts = /"(?:[^"\\]|\\.)*"(:?)/g;

/** Where the longest text of the response ends, its quote not included; of equal ones the last. */
function endOfLongest(line: Buffer): number | undefined {
  let longest = -1;
  let end: number | undefined;
  const response = line.indexOf('"response":');
  for (const { index, 0: quoted, 1: colon } of line.toString('latin1').matchAll(texts)) {
    if (colon === ':' || index < response || quoted.length < longest) continue;
    longest = quoted.length;
    end = index + quoted.length - 1;
  }
  return end;
}
