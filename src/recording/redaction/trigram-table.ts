/** Six bits of each of three bytes, letters in either case alike. */
const mask = (1 << 18) - 1;

/**
 * What may begin at three bytes: a byte of flags for each of their values. A pass over a line costs one look-up a byte,
 * however much is looked for; what it finds is a candidate, to be looked at more closely.
 */
export class TrigramTable {
  readonly #flags = new Uint8Array(mask + 1);

  /** @param text of which the first three characters, ASCII, are to be found */
  add(text: string, flag: number): void {
    const index = (bitsOf(text.charCodeAt(0)) << 12) | (bitsOf(text.charCodeAt(1)) << 6) | bitsOf(text.charCodeAt(2));
    this.#flags[index] = (this.#flags[index] ?? 0) | flag;
  }

  /**
   * Goes over bytes, and calls with each candidate.
   * @param found gives where to go on: behind the candidate, or farther
   */
  scan(bytes: Uint8Array, found: (at: number, flags: number) => number): void {
    const flags = this.#flags;
    const end = bytes.length;
    let index = 0;
    // `next` is the third byte; its two before it are in `index`, once there have been two.
    for (let [next, first] = [0, 2]; next < end; next++) {
      index = ((index << 6) | bitsOf(bytes[next] ?? 0)) & mask;
      const flag = flags[index] ?? 0;
      if (flag === 0 || next < first) continue;
      const on = found(next - 2, flag);
      if (on === next - 1) continue;
      next = on - 1;
      first = on + 2;
    }
  }
}

function bitsOf(code: number): number {
  return (code | 0x20) & 63;
}
