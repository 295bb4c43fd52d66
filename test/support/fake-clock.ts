import type { Cancel, Clock } from '../../src/foundation/clock.ts';

interface Waiting {
  due: number;
  callback: () => void;
}

/** Time that moves when it is told to. Timers ring late by `lateness`, as the system's do. */
export class FakeClock implements Clock {
  #now = 0;
  #timers: Waiting[] = [];
  #soon: (() => void)[] = [];
  readonly #lateness: number;

  constructor(lateness = 0) {
    this.#lateness = lateness;
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.length;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): Cancel {
    const timer = { due: this.#now + ms + this.#lateness, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  soon(callback: () => void): Cancel {
    this.#soon.push(callback);
    return () => {
      this.#soon = this.#soon.filter((other) => other !== callback);
    };
  }

  /** One turn of the event loop. @returns whether there was anything to do */
  turn(): boolean {
    const [soon, rung] = [this.#soon, this.#timers.filter(({ due }) => due <= this.#now)];
    this.#soon = [];
    this.#timers = this.#timers.filter(({ due }) => due > this.#now);
    for (const callback of soon) callback();
    for (const { callback } of rung.toSorted((a, b) => a.due - b.due)) callback();
    return soon.length + rung.length > 0;
  }

  /** Lets so many milliseconds pass, in steps of `step`, with one turn of the event loop after each. */
  advance(ms: number, step = 0.1): void {
    const end = this.#now + ms;
    while (this.#now < end) {
      this.#now = Math.min(end, this.#now + step);
      this.turn();
    }
  }
}
