import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Recorder } from '../recorder/record.ts';

const forwarded = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGCONT'] as const;
/** What a terminal sends to all processes of its foreground group. */
const fromKeyboard: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT', 'SIGTSTP', 'SIGHUP', 'SIGCONT']);

/**
 * Passes signals on to the command, each once. It has a session of its own, so that the terminal does not send it a
 * second one; where the signal can have come from the terminal, the command's whole group gets it, as there.
 */
export function forwardSignals(recorder: Recorder): void {
  const pass = (signal: NodeJS.Signals): void => recorder.signal(signal, fromKeyboard.has(signal) && isInForeground() ? 'group' : 'process');
  for (const signal of forwarded) process.on(signal, () => pass(signal));
  process.on('SIGTSTP', function stop() {
    pass('SIGTSTP');
    // The system stops nothing by SIGTSTP in a session without a terminal; a command that does not catch it has to be made to.
    if (!catches(recorder.pid, 'SIGTSTP')) recorder.signal('SIGSTOP');
    process.removeListener('SIGTSTP', stop);
    process.kill(process.pid, 'SIGTSTP');
    setImmediate(() => process.on('SIGTSTP', stop)); // runs when it is continued
  });
}

/** Whether this process is in the foreground of a terminal, by /proc/self/stat; where there is none, it is taken to be not. */
function isInForeground(): boolean {
  const fields = readProc('self/stat')?.replace(/^.*\) /s, '').split(' ');
  return fields !== undefined && fields[5] !== '-1' && fields[2] === fields[5];
}

function catches(pid: number, signal: NodeJS.Signals): boolean {
  const caught = /^SigCgt:\s*([\da-f]+)/m.exec(readProc(`${pid}/status`) ?? '')?.[1];
  return caught !== undefined && (BigInt(`0x${caught}`) & (1n << BigInt(constants.signals[signal] - 1))) !== 0n;
}

function readProc(name: string): string | undefined {
  try {
    return readFileSync(`/proc/${name}`, 'utf8');
  } catch {
    // Not Linux, or the process has gone.
    return undefined;
  }
}
