import type { Cancel, Clock } from '../../foundation/clock.ts';
import { nextTurn } from '../../foundation/clock.ts';

interface Timer {
  due: number;
  callback: () => void;
}

/** Time that passes only when nothing else happens, and then at once: what would take seconds is shown without a wait. */
export class JumpClock implements Clock {
  #now = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): Cancel {
    const timer = { due: this.#now + ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  soon(callback: () => void): Cancel {
    return this.after(0, callback);
  }

  /**
   * Lets time pass up to a moment, timer by timer.
   * @param settle resolves when nothing happens any more without time
   */
  async runTo(end: number, settle: () => Promise<unknown> = nextTurn): Promise<void> {
    for (;;) {
      await settle();
      const next = [...this.#timers].toSorted((a, b) => a.due - b.due)[0];
      if (next === undefined || next.due > end) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
    }
    this.#now = end;
  }
}
