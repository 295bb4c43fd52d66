import { defineFault, exitAt, finish } from '../fault.ts';
import { choice } from '../parameters.ts';
import { anywhere } from '../place.ts';

const signals = [
  'SIGKILL',
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
  'SIGSEGV',
  'SIGABRT',
  'SIGBUS',
  'SIGPIPE',
] as const;

/** A program that is killed, by the kernel that has no memory left or by its own fault; what was sent before still arrives. */
export const kill = defineFault({
  name: 'kill',
  group: 'process',
  text: 'the process is killed by a signal',
  parameters: { signal: choice('SIGKILL', signals, 'which') },
  at: 'response 1',
  places: anywhere,
  prepare:
    ({ signal }) =>
    ({ step }) =>
      finish(exitAt(step, { code: null, signal })),
});
