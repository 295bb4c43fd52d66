import { constants } from 'node:os';
import type { ProcessExit } from '../transport/child.ts';

/** The status a shell gives for an exit: the command's own, or 128 and the signal's number. */
export function statusOf({ code, signal }: ProcessExit): number {
  return signal === null ? (code ?? 1) : 128 + constants.signals[signal];
}

/** Ends this process as another one ended: by the same signal, or with its status, which is returned. */
export function endLike(exit: ProcessExit): number {
  if (exit.signal === null) return exit.code ?? 1;
  // Node ignores SIGPIPE; having listened to a signal and listening no more gives it back its usual effect.
  const nothing = (): void => undefined;
  if (exit.signal !== 'SIGKILL' && exit.signal !== 'SIGSTOP')
    process.on(exit.signal, nothing).removeAllListeners(exit.signal);
  process.kill(process.pid, exit.signal);
  return statusOf(exit);
}
