/** Makes lines of chunks, wherever they were cut. A line that is too long ends the splitting for good. */
export class LineSplitter {
  readonly #longest: number;
  #rest: Buffer[] = [];
  #restLength = 0;
  #isDeaf = false;

  /** @param longest the longest line in bytes, its newline included */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /**
   * Gives each line that `chunk` completes to `visit`, without its newline.
   * @returns false once a line was too long: nothing is read any more
   */
  push(chunk: Buffer, visit: (line: Buffer) => void): boolean {
    let start = 0;
    for (let newline = chunk.indexOf(0x0a); newline >= 0 && !this.#isDeaf; newline = chunk.indexOf(0x0a, start)) {
      const line = chunk.subarray(start, newline);
      if (this.#restLength === 0 && line.length < this.#longest) visit(line);
      else {
        this.#keep(line, 1);
        if (!this.#isDeaf) visit(this.#take());
      }
      start = newline + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start), 0);
    return !this.#isDeaf;
  }

  /** The end of input: what has come of a last line without a newline is a line. */
  end(visit: (line: Buffer) => void): void {
    if (this.#restLength > 0 && !this.#isDeaf) visit(this.#take());
  }

  #keep(bytes: Buffer, newline: 0 | 1): void {
    if (this.#isDeaf) return;
    this.#restLength += bytes.length;
    if (this.#restLength + newline > this.#longest || (newline === 0 && this.#restLength === this.#longest)) {
      this.#isDeaf = true;
      this.#rest = [];
    } else this.#rest.push(bytes);
  }

  #take(): Buffer {
    const [first] = this.#rest;
    const line = this.#rest.length === 1 && first !== undefined ? first : Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restLength = 0;
    return line;
  }
}
