import { defineFault, finish, moment } from '../fault.ts';
import { milliseconds } from '../parameters.ts';
import { inInvocations } from '../place.ts';

/** What the program does when its plugin dies: nothing is sent for what was running, requests that come meanwhile are
 * acknowledged, and answered after the restart. */
export const restart = defineFault({
  name: 'restart',
  group: 'process',
  text: 'the plugin dies and is started again: what runs is lost, what comes waits',
  parameters: { ms: milliseconds(5000, 'until it is there again; the program takes about 5 s') },
  at: 'response 1',
  places: inInvocations,
  prepare:
    ({ ms }) =>
    ({ step, process }) =>
      finish(moment(step, () => process.restart(ms))),
});
