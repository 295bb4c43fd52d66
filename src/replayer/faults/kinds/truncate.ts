import { cutEnding } from '../edit-message.ts';
import { changed, defineFault } from '../fault.ts';
import { bytes as bytesOf, flag } from '../parameters.ts';
import { messages } from '../place.ts';

/** A message of which only the beginning comes. */
export const truncate = defineFault({
  name: 'truncate',
  group: 'bytes',
  text: 'the line ends early',
  parameters: {
    bytes: bytesOf(undefined, 'how much of it comes; without it one half'),
    newline: flag(true, 'whether the newline still comes'),
  },
  at: 'response 1',
  places: messages,
  isChange: true,
  prepare: ({ bytes, newline }) => {
    return ({ step, wire }) => {
      const whole = wire();
      if (whole === undefined) return undefined;
      const { line, ending } = cutEnding(whole);
      const length = bytes ?? line.length >> 1;
      if (length >= line.length) return undefined;
      const start = line.subarray(0, length);
      return changed(step, newline ? Buffer.concat([start, ending]) : start);
    };
  },
});
