import type { ProcessExit } from '../transport/child.ts';

/** A Go program takes no notice of these. Node would be ended by them, and open a debugger's port for the first. */
export const unheededSignals = ['SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGVTALRM', 'SIGIO', 'SIGXCPU', 'SIGPWR'] as const;

/** These stop a program and let it go on, or are nothing to it; all others ask it to end. */
const harmless: ReadonlySet<unknown> = new Set(['SIGSTOP', 'SIGTSTP', 'SIGCONT', 'SIGWINCH', ...unheededSignals]);

/** Whether a signal that a program was sent asks it to end. */
export function asksToEnd(signal: unknown): boolean {
  return !harmless.has(signal);
}

/** How a program ended, by the fields of a recording's event. */
export function exitOf(fields: Readonly<Record<string, unknown>>): ProcessExit {
  const { code, signal } = fields;
  // A recording names a signal as Node does; one that this system lacks is refused by process.kill.
  if (typeof signal === 'string') return { code: null, signal: signal as NodeJS.Signals };
  return { code: typeof code === 'number' ? code : 1, signal: null };
}
