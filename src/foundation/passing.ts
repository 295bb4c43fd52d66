import { rmSync } from 'node:fs';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const passing = new Set<string>();

/** Does something with a file or a folder that is gone afterwards, also where the process ends meanwhile, by a signal too. */
export async function withPassing<T>(path: string, use: () => Promise<T>): Promise<T> {
  if (passing.size === 0) listen();
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
  if (process.listenerCount(signal) > 1) return;
  removeAll();
  stopListening();
  process.kill(process.pid, signal);
}

function listen(): void {
  process.on('exit', removeAll);
  for (const signal of signals) process.on(signal, leave);
}

function stopListening(): void {
  process.off('exit', removeAll);
  for (const signal of signals) process.off(signal, leave);
}

function removeAll(): void {
  for (const path of passing) remove(path);
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 3 }); // a file may be written into it at this moment
}
