import type { Channel, LinePiece } from './line-encoder.ts';
import { longestPart } from './line-encoder.ts';

/** Takes the pieces of a channel's lines: whole lines, with their endings, and parts of those that are too long. */
export type LineSink = (piece: LinePiece) => void;

/** Bytes as they came, and when. */
export interface Chunk {
  bytes: Buffer;
  at: number;
}

/** Makes lines of a channel's chunks, wherever they were cut; holds at most one part of a line. */
export class LineJoiner implements Channel {
  readonly from: Channel['from'];
  readonly connection: number;
  readonly stderr: boolean;
  #rest: Buffer[] = [];
  #restLength = 0;
  #hasParts = false;

  constructor({ from, connection, stderr }: Channel) {
    this.from = from;
    this.connection = connection;
    this.stderr = stderr;
  }

  /**
   * Gives out the line of a chunk that begins at `start`, or keeps what is left of it as the beginning of one.
   * @returns where the next line begins
   */
  take({ bytes, at }: Chunk, start: number, sink: LineSink): number {
    const newline = bytes.indexOf(0x0a, start);
    if (newline < 0) {
      this.#keep(bytes.subarray(start), at, sink);
      return bytes.length;
    }
    this.#give(bytes.subarray(start, newline + 1), at, sink);
    return newline + 1;
  }

  /** The channel has ended: what is left of its last line is a line without an ending. */
  end(at: number, sink: LineSink): void {
    if (this.#restLength > 0 || this.#hasParts) this.#give(Buffer.alloc(0), at, sink);
  }

  #give(end: Buffer, at: number, sink: LineSink): void {
    const line = this.#restLength === 0 ? end : Buffer.concat([...this.#rest, end]);
    const isLastPart = this.#hasParts;
    this.#rest = [];
    this.#restLength = 0;
    this.#hasParts = false;
    if (isLastPart || line.length > longestPart) this.#giveParts(line, at, sink);
    else sink({ channel: this, at, bytes: line, kind: 'line' });
  }

  #giveParts(line: Buffer, at: number, sink: LineSink): void {
    let start = 0;
    for (; line.length - start > longestPart; start += longestPart)
      sink({ channel: this, at, bytes: line.subarray(start, start + longestPart), kind: 'part' });
    sink({ channel: this, at, bytes: line.subarray(start), kind: 'last-part' });
  }

  #keep(bytes: Buffer, at: number, sink: LineSink): void {
    this.#rest.push(bytes);
    this.#restLength += bytes.length;
    if (this.#restLength < longestPart) return;
    const all = Buffer.concat(this.#rest);
    let start = 0;
    for (; all.length - start >= longestPart; start += longestPart)
      sink({ channel: this, at, bytes: all.subarray(start, start + longestPart), kind: 'part' });
    this.#rest = start === all.length ? [] : [all.subarray(start)];
    this.#restLength = all.length - start;
    this.#hasParts = true;
  }
}
