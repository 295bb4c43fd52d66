import { createHash } from 'node:crypto';
import type { EventLine, RecordedLine } from '../recording/recorded-line.ts';
import type { RecordingReader } from '../recording/recording-reader.ts';
import type { Report } from './finding.ts';

/** Hashed at once: while the reader still has the bytes at hand. */
const hashedAtOnce = 64 << 10;

/** Looks at what holds a recording together: times that never go back, and the seal at its end. */
export class SealCheck {
  readonly #reader: RecordingReader;
  readonly #report: Report;
  readonly #hash = createHash('sha256');
  #hashed = 0;
  #lastAt = 0;
  #sealedBy: number | undefined;
  #isPastEnd = false;

  constructor(reader: RecordingReader, report: Report) {
    this.#reader = reader;
    this.#report = report;
  }

  get isSealed(): boolean {
    return this.#sealedBy !== undefined;
  }

  /** Takes a line while the reader is at it. */
  take(line: RecordedLine): void {
    if (this.#sealedBy !== undefined) this.#explainPastEnd(line, this.#sealedBy);
    if (line.at < this.#lastAt)
      this.#report({
        kind: 'format',
        line: line.line,
        text: `its time ${line.at} is before that of the line before it, ${this.#lastAt}`,
      });
    this.#lastAt = line.at;
    if (this.#reader.position - this.#hashed >= hashedAtOnce) this.#hashOn();
    if (line.kind === 'event' && line.event === 'end') this.#takeEnd(line);
  }

  /** All lines have been read. */
  finish(): void {
    const { lines, truncatedBytes } = this.#reader;
    if (truncatedBytes > 0)
      this.#report({ kind: 'format', line: lines + 1, text: `the last line was cut off (${truncatedBytes} bytes)` });
    if (this.isSealed || truncatedBytes > 0) return;
    this.#report({
      kind: 'seal',
      line: lines,
      text: 'the recording is not sealed: its last line is no `end` event, so the recorder was killed or lines are missing',
    });
  }

  #takeEnd({ line, fields }: EventLine): void {
    if (this.isSealed) return;
    this.#sealedBy = line;
    if (fields['lines'] !== line - 1)
      this.#report({
        kind: 'seal',
        line,
        text: `the seal counts ${String(fields['lines'])} lines, and ${line - 1} are before it`,
      });
    this.#hashOn();
    if (this.#hash.copy().digest('hex') !== fields['sha256'])
      this.#report({
        kind: 'seal',
        line,
        text: 'the seal does not fit: the bytes before it are not those that were recorded',
      });
  }

  #explainPastEnd({ line }: RecordedLine, sealedBy: number): void {
    if (!this.#isPastEnd)
      this.#report({ kind: 'seal', line, text: `it is behind the \`end\` event of line ${sealedBy}` });
    this.#isPastEnd = true;
  }

  #hashOn(): void {
    const { position } = this.#reader;
    this.#hash.update(
      this.#reader.readPayload({ payload: 'message', offset: this.#hashed, length: position - this.#hashed }),
    );
    this.#hashed = position;
  }
}
