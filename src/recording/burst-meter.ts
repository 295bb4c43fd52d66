import type { Clock } from '../foundation/clock.ts';

/** Input that comes faster than lines can be checked and encoded is a burst. */
const burstBytesPerMs = 80_000;
/** The rate is measured over so many milliseconds. */
export const burstWindow = 2;

/** Tells whether there is a burst: by the rate in a window of time, of which what was spent encoding is left out, when nothing could come. */
export class BurstMeter {
  readonly #clock: Clock;
  #start: number;
  #bytes = 0;
  #busy = 0;
  #isBurst = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#start = clock.now();
  }

  isBurst(): boolean {
    const elapsed = this.#clock.now() - this.#start;
    if (elapsed >= burstWindow) {
      this.#isBurst = this.#bytes > burstBytesPerMs * (elapsed - this.#busy);
      this.#start += elapsed;
      this.#bytes = 0;
      this.#busy = 0;
    }
    return this.#isBurst;
  }

  /** Bytes have come. */
  add(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Does what keeps bytes from coming. */
  without(work: () => void): void {
    const began = this.#clock.now();
    work();
    this.#busy += this.#clock.now() - began;
  }
}
