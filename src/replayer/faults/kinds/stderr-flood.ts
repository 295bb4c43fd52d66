import { defineFault, instead, moment } from '../fault.ts';
import { bytes as bytesOf } from '../parameters.ts';
import { anywhere } from '../place.ts';

const line = 'WARN the plugin logs more than its client reads\n';

/** A plugin that logs without end: until its stderr has been read, it does nothing else. */
export const stderrFlood = defineFault({
  name: 'stderr-flood',
  group: 'process',
  text: 'so much comes on stderr that a client which does not read it blocks the process',
  parameters: { bytes: bytesOf(1 << 20, 'how much') },
  at: 'response 1',
  places: anywhere,
  prepare:
    ({ bytes }) =>
    ({ step, process }) =>
      instead(
        moment(step, () =>
          process.floodStderr(Buffer.from(line.repeat(Math.ceil(bytes / line.length))).subarray(0, bytes)),
        ),
        step,
      ),
});
