import { rmSync } from 'node:fs';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const passing = new Set<string>();

/** Does something with a file or a folder that is gone afterwards, also where a signal ends the process meanwhile. */
export async function withPassing<T>(path: string, use: () => Promise<T>): Promise<T> {
  if (passing.size === 0) for (const signal of signals) process.on(signal, leave);
  passing.add(path);
  try {
    return await use();
  } finally {
    remove(path);
    passing.delete(path);
    if (passing.size === 0) stopListening();
  }
}

/** Whoever else listens decides whether the process ends; otherwise it ends by the signal, as if nobody had listened. */
function leave(signal: NodeJS.Signals): void {
  for (const path of passing) remove(path);
  if (process.listenerCount(signal) > 1) return;
  stopListening();
  process.kill(process.pid, signal);
}

function stopListening(): void {
  for (const signal of signals) process.off(signal, leave);
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 3 }); // a file may be written into it at this moment
}
