import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** Collects what a stream says, line by line, and waits for it. Lines are Latin-1: a character is a byte. */
export class LineReader {
  readonly lines: string[] = [];
  /** What came behind the last newline. */
  rest = '';
  hasEnded = false;
  readonly #stream: Readable;

  constructor(stream: Readable) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => {
      const pieces = (this.rest + chunk.toString('latin1')).split('\n');
      this.rest = pieces.pop() ?? '';
      for (const piece of pieces) this.lines.push(piece);
      stream.emit('heard');
    });
    const end = (): void => {
      this.hasEnded = true;
      stream.emit('heard');
    };
    stream.on('end', end).on('close', end).on('error', end);
  }

  /** Waits until `condition` holds. @throws where the stream ends before */
  async until(condition: () => boolean, what = String(condition)): Promise<void> {
    while (!condition()) {
      if (this.hasEnded) throw new Error(`It ended before ${what}. It had said: ${this.lines.slice(-5).join('\n')}`);
      await once(this.#stream, 'heard');
    }
  }

  /** Waits for so many lines, and gives all that there are. */
  async count(count: number): Promise<string[]> {
    await this.until(() => this.lines.length >= count, `line ${count}`);
    return this.lines;
  }

  /** Waits for a line that holds this text. */
  async text(text: string, times = 1): Promise<void> {
    await this.until(() => this.lines.filter((line) => line.includes(text)).length >= times, `${times} × ${text}`);
  }

  /** Waits for the end, and gives all lines. */
  async end(): Promise<string[]> {
    while (!this.hasEnded) await once(this.#stream, 'heard');
    return this.lines;
  }
}
