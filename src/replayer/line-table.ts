import type { LineEnding, MessageLine, PayloadKind } from '../recording/recorded-line.ts';

/** A played line: where its bytes are, when it came, and which one follows it in its invocation. */
export interface TableRow {
  at: number;
  payload: PayloadKind;
  offset: number;
  length: number;
  eol: LineEnding;
  /** It goes on in the next row. */
  isPart: boolean;
  /** It belongs to no invocation: played as it was, at its place in this one. */
  isStray: boolean;
  /** -1 at the end. */
  next: number;
}

const payloads: readonly PayloadKind[] = ['message', 'text', 'base64'];
const endings: readonly LineEnding[] = ['\n', '\r\n', ''];
const partFlag = 16;
const strayFlag = 32;

/** Rows of numbers, 25 bytes each, so that a recording of a million lines is held in 25 MB. */
export class LineTable {
  #size = 0;
  #offset = new Float64Array(64);
  #at = new Float64Array(64);
  #length = new Uint32Array(64);
  #next = new Int32Array(64);
  #flags = new Uint8Array(64);

  get size(): number {
    return this.#size;
  }

  /** @returns the row's number */
  add(line: MessageLine, isStray: boolean): number {
    const row = this.#size++;
    if (row === this.#offset.length) this.#grow();
    this.#offset[row] = line.offset;
    this.#at[row] = line.at;
    this.#length[row] = line.length;
    this.#next[row] = -1;
    this.#flags[row] =
      payloads.indexOf(line.payload) |
      (endings.indexOf(line.eol) << 2) |
      (line.part ? partFlag : 0) |
      (isStray ? strayFlag : 0);
    return row;
  }

  /** Makes `next` follow `row`. */
  link(row: number, next: number): void {
    this.#next[row] = next;
  }

  get(row: number): TableRow {
    const flags = this.#flags[row] ?? 0;
    return {
      at: this.#at[row] ?? 0,
      payload: payloads[flags & 3] ?? 'message',
      offset: this.#offset[row] ?? 0,
      length: this.#length[row] ?? 0,
      eol: endings[(flags >> 2) & 3] ?? '\n',
      isPart: (flags & partFlag) !== 0,
      isStray: (flags & strayFlag) !== 0,
      next: this.#next[row] ?? -1,
    };
  }

  #grow(): void {
    const size = this.#size * 2;
    this.#offset = copyInto(new Float64Array(size), this.#offset);
    this.#at = copyInto(new Float64Array(size), this.#at);
    this.#length = copyInto(new Uint32Array(size), this.#length);
    this.#next = copyInto(new Int32Array(size), this.#next);
    this.#flags = copyInto(new Uint8Array(size), this.#flags);
  }
}

function copyInto<T extends { set(from: ArrayLike<number>): void }>(to: T, from: ArrayLike<number>): T {
  to.set(from);
  return to;
}
