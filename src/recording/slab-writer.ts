import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import { closeSync, write, writeSync } from 'node:fs';
import { asError } from '../foundation/reprise-error.ts';

const slabSize = 1 << 20;
/** So much is written at once; more is written beside the event loop, where it uses the second core. */
const littleBytes = 64 << 10;

/** Collects bytes in one slab while the other is being written. */
export class SlabWriter {
  readonly #fd: number;
  readonly #onWritten: () => void;
  readonly #onFailure: (error: Error) => void;
  readonly #digest: Hash = createHash('sha256');
  #slab: Buffer = Buffer.allocUnsafe(slabSize);
  #spare: Buffer | undefined = Buffer.allocUnsafe(slabSize);
  #used = 0;
  #writing = false;
  #failed = false;
  #bytes = 0;

  /** `onWritten`: a write beside the event loop is done, the next can follow. `onFailure`: nothing is written any more. */
  constructor(fd: number, onWritten: () => void, onFailure: (error: Error) => void) {
    this.#fd = fd;
    this.#onWritten = onWritten;
    this.#onFailure = onFailure;
  }

  /** Bytes collected and not yet given to the system. */
  get used(): number {
    return this.#used;
  }

  get isWriting(): boolean {
    return this.#writing;
  }

  /** Half a slab waits for the write under way: better to encode no more for now. */
  get isBehind(): boolean {
    return this.#writing && this.#used >= slabSize / 2;
  }

  get bytesWritten(): number {
    return this.#bytes;
  }

  /** SHA-256, in hexadecimal, of all that was given to the system. */
  get digest(): string {
    return this.#digest.copy().digest('hex');
  }

  appendAscii(text: string): void {
    this.#reserve(text.length);
    this.#used += this.#slab.write(text, this.#used, 'latin1');
  }

  append(piece: Buffer | string): void {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    this.#reserve(bytes.length);
    this.#used += bytes.copy(this.#slab, this.#used);
  }

  /** Writes what was collected: at once where it is little, else beside the event loop. */
  flush(): void {
    if (this.#writing || this.#used === 0 || this.#failed) return;
    if (this.#used <= littleBytes) this.flushNow();
    else this.#writeBeside();
  }

  /** Writes what was collected before it returns. */
  flushNow(): void {
    if (this.#failed) return;
    this.#digest.update(this.#slab.subarray(0, this.#used));
    try {
      for (let done = 0; done < this.#used;) done += writeSync(this.#fd, this.#slab, done, this.#used - done);
      this.#bytes += this.#used;
      this.#used = 0;
    } catch (error) {
      this.#fail(error);
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** For a line that the slab has no room for, a larger one serves until it is written. */
  #reserve(size: number): void {
    const needed = this.#used + size;
    if (needed <= this.#slab.length) return;
    const slab = Buffer.allocUnsafe(needed + slabSize);
    this.#slab.copy(slab, 0, 0, this.#used);
    this.#slab = slab;
  }

  #writeBeside(): void {
    const piece = this.#slab.subarray(0, this.#used);
    this.#slab = this.#spare ?? Buffer.allocUnsafe(slabSize);
    this.#spare = undefined;
    this.#used = 0;
    this.#writing = true;
    this.#digest.update(piece);
    this.#writeFrom(piece, 0);
  }

  #writeFrom(piece: Buffer, done: number): void {
    write(this.#fd, piece, done, piece.length - done, null, (error, count) => {
      if (error !== null) return this.#fail(error);
      if (done + count < piece.length) return this.#writeFrom(piece, done + count);
      this.#bytes += piece.length;
      this.#writing = false;
      if (piece.buffer.byteLength === slabSize) this.#spare = Buffer.from(piece.buffer);
      return this.#onWritten();
    });
  }

  #fail(error: unknown): void {
    this.#failed = true;
    this.#writing = false;
    this.#used = 0;
    this.#onFailure(asError(error));
  }
}
