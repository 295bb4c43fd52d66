import type { Cancel, Clock } from '../foundation/clock.ts';
import { Heap } from './heap.ts';

/** The system's timers are off by up to a millisecond either way; the rest of a wait is spent in turns of the event loop. */
const timerError = 1.2;
/** Node's timers take no longer wait than this. */
const longestTimer = 2 ** 31 - 1;

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

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param due on the clock's scale */
  at(due: number, callback: () => void): void {
    this.#appointments.push({ due, callback });
    if (due < this.#armedFor) this.#arm();
  }

  /** Forgets all that waits. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#appointments.clear();
    this.#armedFor = Infinity;
  }

  #arm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const next = this.#appointments.peek();
    this.#armedFor = next?.due ?? Infinity;
    if (next === undefined) return;
    const wait = next.due - this.#clock.now() - timerError;
    this.#cancel =
      wait > 0
        ? this.#clock.after(Math.min(Math.ceil(wait), longestTimer), () => this.#ring())
        : this.#clock.soon(() => this.#ring());
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
    this.#arm();
  }
}
