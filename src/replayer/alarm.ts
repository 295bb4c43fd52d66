import type { Cancel, Clock } from '../foundation/clock.ts';
import { longestTimer } from '../foundation/clock.ts';
import { Heap } from './heap.ts';

/** A timer may be late by so many milliseconds: one for a longer wait is set so much earlier, and the rest is spent turning. */
const timerError = 1.2;
/**
 * A shorter wait, which mostly follows upon a request, is left to a timer all the same. Turning would keep a processor
 * busy that the client may need: on a small machine it is the very one on which the client's write is to return.
 */
const shortWait = 2;

interface Appointment {
  due: number;
  callback: () => void;
}

/**
 * Calls back at given times, to a fraction of a millisecond, never early. However many wait, one timer is pending: a
 * thousand timers of Node's fire early and late.
 */
export class Alarm {
  readonly #clock: Clock;
  readonly #appointments = new Heap<Appointment>((a, b) => a.due - b.due);
  #cancel: Cancel | undefined;
  #armedFor = Infinity;
  #isStopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param due on the clock's scale */
  at(due: number, callback: () => void): void {
    if (this.#isStopped) return;
    this.#appointments.push({ due, callback });
    if (due < this.#armedFor) this.#arm();
  }

  /** Forgets all that waits, and takes nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#appointments.clear();
    this.#armedFor = Infinity;
  }

  /** @param isClose a timer has brought it close to the next appointment: what is left may be spent turning */
  #arm(isClose = false): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const next = this.#appointments.peek();
    this.#armedFor = next?.due ?? Infinity;
    if (next === undefined) return;
    const wait = next.due - this.#clock.now();
    if (wait <= 0 || (isClose && wait <= timerError)) this.#cancel = this.#clock.soon(() => this.#ring());
    else {
      const ms = wait <= shortWait ? Math.ceil(wait) : Math.max(1, Math.floor(wait - timerError));
      this.#cancel = this.#clock.after(Math.min(ms, longestTimer), () => this.#ring());
    }
  }

  #ring(): void {
    this.#armedFor = -Infinity; // callbacks make new appointments; one arming follows them all
    const now = this.#clock.now();
    for (
      let next = this.#appointments.peek();
      next !== undefined && next.due <= now;
      next = this.#appointments.peek()
    ) {
      this.#appointments.pop();
      next.callback();
    }
    this.#arm(true);
  }
}
