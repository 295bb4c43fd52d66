/** Six bits of each of three bytes, letters in either case alike. */
const mask = (1 << 18) - 1;

/**
 * What may begin at three bytes: a byte of flags for each of their values. A pass over a line costs one look-up a byte,
 * however much is looked for; what it finds is a candidate, to be looked at more closely.
 */
export class TrigramTable {
  readonly #flags = new Uint8Array(mask + 1);
  /** A bit for each, whether there are flags: 32 KiB, which stay in the nearest cache. */
  readonly #bits = new Uint32Array((mask + 1) >> 5);

  /** @param text of which the first three characters, ASCII, are to be found */
  add(text: string, flag: number): void {
    const index = (bitsOf(text.charCodeAt(0)) << 12) | (bitsOf(text.charCodeAt(1)) << 6) | bitsOf(text.charCodeAt(2));
    this.#flags[index] = (this.#flags[index] ?? 0) | flag;
    this.#bits[index >> 5] = (this.#bits[index >> 5] ?? 0) | (1 << (index & 31));
  }

  /**
   * Goes over bytes, and calls with each candidate.
   * @param found gives where to go on: behind the candidate, or farther
   */
  scan(bytes: Uint8Array, found: (at: number, flags: number) => number): void {
    const flags = this.#flags;
    const bits = this.#bits;
    const end = bytes.length;
    let index = 0;
    // `next` is the third byte; its two before it are in `index`, once there have been two. Plain variables: it is a hot loop.
    let next = 0;
    let first = 2;
    for (; next < end; next++) {
      index = ((index << 6) | (((bytes[next] ?? 0) | 0x20) & 63)) & mask;
      if ((((bits[index >> 5] ?? 0) >>> (index & 31)) & 1) === 0 || next < first) continue;
      const on = found(next - 2, flags[index] ?? 0);
      if (on === next - 1) continue;
      next = on - 1;
      first = on + 2;
    }
  }
}

function bitsOf(code: number): number {
  return (code | 0x20) & 63;
}
