import type { Cancel, Clock } from '../foundation/clock.ts';
import { Heap } from './heap.ts';

/**
 * What is due within so many milliseconds is waited for in turns of the event loop; a longer wait is a timer's, which is
 * up to a millisecond late. Turning for longer would keep a processor busy that the client may need: on a small machine
 * it is the very one on which the client's write is to return.
 */
const shortWait = 0.1;
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
    const wait = next.due - this.#clock.now();
    this.#cancel =
      wait > shortWait
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
