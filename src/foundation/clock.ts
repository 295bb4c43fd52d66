// Taken when the module is loaded, so that a test's fake timers, put in later, do not stop a recording or a replay.
const { setTimeout, clearTimeout, setImmediate, clearImmediate, performance } = globalThis;

/** Time and waiting, as the scheduler sees them; a test may put its own in. */
export interface Clock {
  /** Milliseconds since the process began, monotonic, with fractions. */
  now(): number;
  /** Runs `callback` once after at least `ms` milliseconds, to the granularity of the system's timers. */
  after(ms: number, callback: () => void): Cancel;
  /** Runs `callback` in the next turn of the event loop. */
  soon(callback: () => void): Cancel;
}

/** Takes a waiting callback back. */
export type Cancel = () => void;

/** Node's timers take no longer wait than this, in milliseconds. */
export const longestTimer = 2 ** 31 - 1;

/** The real one. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  soon(callback) {
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  },
};

/**
 * Waits for a promise, and no longer than `ms` milliseconds of real time. Leaves no timer behind that would keep the
 * process alive.
 * @returns whether it settled in time
 */
export async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves in the next turn of the event loop, so that other work gets its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
