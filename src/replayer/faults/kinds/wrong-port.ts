import { announcementLine } from '../../../protocol/derived.ts';
import { changed, defineFault } from '../fault.ts';
import { count } from '../parameters.ts';

/** It announces another port than the one on which it listens. */
export const wrongPort = defineFault({
  name: 'wrong-port',
  group: 'connection',
  text: 'another port is announced',
  parameters: { port: count(1, 'the port that is announced', [0, 65_535]) },
  at: 'announcement',
  places: ['announcement'],
  isChange: true,
  isTcpOnly: true,
  prepare:
    ({ port }) =>
    ({ step }) =>
      changed(step, `${announcementLine(port)}\n`),
});
