import { constants } from 'node:os';
import type { Recorder } from '../recorder/start-recording.ts';
import { isInForeground, readProc } from './foreground.ts';

const forwarded = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
/** What a terminal sends to all processes of its foreground group. */
const fromKeyboard: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT', 'SIGTSTP', 'SIGHUP']);

/**
 * Passes signals on to the command, each once. It has a session of its own, so that the terminal does not send it a
 * second one; where the signal can have come from the terminal, the command's whole group gets it, as there.
 */
export function forwardSignals(recorder: Recorder): void {
  const whoFor = (signal: NodeJS.Signals): 'group' | 'process' =>
    fromKeyboard.has(signal) && isInForeground() ? 'group' : 'process';
  let stopped: 'group' | 'process' = 'process'; // who was stopped is continued
  for (const signal of forwarded) process.on(signal, () => recorder.signal(signal, whoFor(signal)));
  process.on('SIGCONT', () => recorder.signal('SIGCONT', stopped));
  process.on('SIGTSTP', function stop() {
    stopped = whoFor('SIGTSTP');
    recorder.signal('SIGTSTP', stopped);
    // The system stops nothing by SIGTSTP in a session without a terminal; a command that does not catch it has to be made to.
    if (!catches(recorder.pid, 'SIGTSTP')) recorder.signal('SIGSTOP', stopped);
    process.removeListener('SIGTSTP', stop);
    process.kill(process.pid, 'SIGTSTP');
    setImmediate(() => process.on('SIGTSTP', stop)); // runs when it is continued
  });
}

function catches(pid: number, signal: NodeJS.Signals): boolean {
  const caught = /^SigCgt:\s*([\da-f]+)/m.exec(readProc(`${pid}/status`) ?? '')?.[1];
  return caught !== undefined && (BigInt(`0x${caught}`) & (1n << BigInt(constants.signals[signal] - 1))) !== 0n;
}
