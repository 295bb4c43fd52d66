import type { Clock } from '../foundation/clock.ts';
import { BurstMeter, burstWindow } from './burst-meter.ts';
import { encodeEvent } from './envelope.ts';
import type { Header } from './header.ts';
import type { Channel, LinePiece } from './line-encoder.ts';
import { encodeLine, lineTail } from './line-encoder.ts';
import type { LineJoiner } from './line-joiner.ts';
import { LineRedaction } from './redaction/line-redaction.ts';
import type { Redactor } from './redaction/redactor.ts';
import { SlabWriter } from './slab-writer.ts';

/** What is encoded in one turn of the event loop at most, and for how many milliseconds: forwarding waits so long. */
const turnBytes = 256 << 10;
const turnTime = 2;
/** The time is looked at so often: where secrets are looked for, the first lines of a session take many times as long. */
const portionBytes = 8 << 10;
/** What comes within so many milliseconds is encoded and written together: a round trip does not wait for either. */
const batchWindow = 1;
/** Beyond this much waiting, the sources must pause: a burst of 64 MB that is echoed is kept twice. */
const mostWaiting = 144 << 20;

/** What the session says to the file; `bytes` is undefined where the channel has ended. */
type Entry =
  | { kind: 'bytes'; channel: LineJoiner; at: number; bytes: Buffer | undefined }
  | { kind: 'event'; at: number; event: string; fields: Readonly<Record<string, unknown>> };

export interface WriterOptions {
  clock: Clock;
  /** Sees each line as it is encoded, with its ending; undefined stands for one that was too long for one envelope. */
  onLine: (channel: Channel, line: Buffer | undefined, at: number) => void;
  /** Called once, when the file can't be kept any more. */
  onFailure: (error: Error) => void;
  /** Called when there is room again after `isFull`. */
  onRoom: () => void;
  /** Takes the secrets out of what is kept. */
  redactor?: Redactor | undefined;
  /** Nothing but the header is written before this: the redactor is still being told what is secret. */
  isReady?: Promise<unknown> | undefined;
}

/**
 * Appends a session to a recording. What is given to it costs next to nothing at once: bytes are kept as they came, and
 * are split, checked and encoded in later turns of the event loop, a slice a turn, each written as soon as it is made.
 */
export class RecordingWriter {
  readonly #options: WriterOptions;
  readonly #slab: SlabWriter;
  #lines = 1;
  #queue: Entry[] = [];
  #head = 0; // the first entry that is not encoded yet
  #offset = 0; // how far its bytes are
  #waiting = 0; // bytes in the queue
  readonly #meter: BurstMeter;
  #isScheduled = false;
  #isFull = false;
  #hasFailed = false;
  #isEnding = false;
  #whenIdle: (() => void) | undefined;
  readonly #redaction: LineRedaction | undefined;
  #isReady = true;

  /** Writes `header` before it returns. `fd` is open for appending, and is closed by `end`. */
  constructor(fd: number, header: Header, options: WriterOptions) {
    this.#options = options;
    this.#meter = new BurstMeter(options.clock);
    this.#slab = new SlabWriter(
      fd,
      () => this.#turn(),
      (error) => this.#fail(error),
    );
    this.#slab.append(`${JSON.stringify(header)}\n`);
    this.#slab.flushNow();
    const { redactor, isReady } = options;
    this.#redaction = redactor && new LineRedaction(redactor);
    if (isReady === undefined) return;
    this.#isReady = false;
    void isReady.then(() => {
      this.#isReady = true;
      this.#schedule();
    });
  }

  /** Lines, the header's included, and bytes that are in the file. */
  get written(): { lines: number; bytes: number } {
    return { lines: this.#lines, bytes: this.#slab.bytesWritten };
  }

  /** So much waits that the sources should pause until `onRoom`. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /**
   * Takes bytes as they came; they must not be changed afterwards.
   * @param at milliseconds since the recording began, never less than in the call before
   */
  addBytes(channel: LineJoiner, at: number, bytes: Buffer): void {
    if (this.#hasFailed) return;
    this.#add({ kind: 'bytes', channel, at, bytes });
    this.#waiting += bytes.length;
    this.#meter.add(bytes.length);
    this.#isFull ||= this.#waiting > mostWaiting;
  }

  /** Ends a channel: what has come of a last line without a newline is a line. */
  endChannel(channel: LineJoiner, at: number): void {
    this.#add({ kind: 'bytes', channel, at, bytes: undefined });
  }

  addEvent(at: number, event: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#add({ kind: 'event', at, event, fields });
  }

  /** Writes all that waits before it returns. */
  writeNow(): void {
    while (!this.#hasFailed && this.#head < this.#queue.length) this.#encodeSlice();
    if (!this.#hasFailed) this.#slab.flushNow();
  }

  /** Writes all that waits, seals the file with an `end` event, and closes it. */
  async end(now: () => number, reason: string): Promise<void> {
    this.#isEnding = true;
    while (!this.#hasFailed && (this.#head < this.#queue.length || this.#slab.isWriting || this.#slab.used > 0)) {
      this.#schedule();
      await new Promise<void>((resolve) => (this.#whenIdle = resolve));
    }
    this.#slab.append(`${encodeEvent(now(), 'end', { reason, lines: this.#lines, sha256: this.#slab.digest })}\n`);
    this.#slab.flushNow();
    this.#slab.close();
  }

  #add(entry: Entry): void {
    if (this.#hasFailed) return;
    this.#queue.push(entry);
    this.#schedule(batchWindow);
  }

  /** A turn comes soon, or after `ms`; one at a time is on its way. */
  #schedule(ms = 0): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const turn = (): void => {
      this.#isScheduled = false;
      this.#turn();
    };
    if (ms === 0) this.#options.clock.soon(turn);
    else this.#options.clock.after(ms, turn);
  }

  #turn(): void {
    if (!this.#isReady) return;
    if (this.#givesWay()) {
      this.#schedule(burstWindow);
      return;
    }
    this.#meter.without(() => {
      if (!this.#slab.isBehind) this.#encodeSlice();
      this.#slab.flush();
    });
    this.#makeRoom();
    if (this.#head < this.#queue.length && !this.#slab.isBehind) this.#schedule();
    else this.#settle();
  }

  /** In a burst the event loop is left to the forwarding, and blocks meanwhile instead of turning. */
  #givesWay(): boolean {
    return this.#meter.isBurst() && !this.#isFull && !this.#isEnding;
  }

  #makeRoom(): void {
    if (!this.#isFull || this.#waiting > mostWaiting) return;
    this.#isFull = false;
    this.#options.onRoom();
  }

  #settle(): void {
    const whenIdle = this.#whenIdle;
    this.#whenIdle = undefined;
    whenIdle?.();
  }

  #encodeSlice(): void {
    const { clock } = this.#options;
    const limit = this.#slab.used + turnBytes;
    const until = clock.now() + turnTime;
    do this.#encodePortion();
    while (this.#head < this.#queue.length && this.#slab.used < limit && clock.now() < until);
    this.#forgetEncoded();
  }

  #encodePortion(): void {
    const limit = this.#slab.used + portionBytes;
    while (this.#slab.used < limit) {
      const entry = this.#queue[this.#head];
      if (entry === undefined) return;
      if (!this.#encodeStep(entry)) continue;
      this.#head++;
      this.#offset = 0;
    }
  }

  /** Cuts off what is encoded: all of it, or many at once, since each cut moves the rest. */
  #forgetEncoded(): void {
    if (this.#head < this.#queue.length && this.#head < 4096) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }

  /** Encodes one line, or one event. @returns true when the entry is used up */
  #encodeStep(entry: Entry): boolean {
    if (entry.kind === 'event') {
      const line = encodeEvent(entry.at, entry.event, entry.fields);
      this.#slab.append(`${this.#redaction?.event(line) ?? line}\n`);
      this.#lines++;
      return true;
    }
    const { channel, at, bytes } = entry;
    if (bytes === undefined) {
      channel.end(at, this.#keepPiece);
      return true;
    }
    const next = channel.take({ bytes, at }, this.#offset, this.#keepPiece);
    this.#waiting -= next - this.#offset;
    this.#offset = next;
    return next >= bytes.length;
  }

  readonly #keepPiece = (piece: LinePiece): void => {
    const { head, payload } = encodeLine(this.#redaction?.take(piece) ?? piece);
    this.#slab.appendAscii(head);
    this.#slab.append(payload);
    this.#slab.appendAscii(lineTail);
    this.#lines++;
    const { channel, kind, bytes, at } = piece;
    if (kind !== 'part') this.#options.onLine(channel, kind === 'line' ? bytes : undefined, at);
  };

  #fail(error: Error): void {
    this.#hasFailed = true;
    this.#queue = [];
    this.#head = 0;
    this.#waiting = 0;
    this.#options.onFailure(error);
    this.#makeRoom();
    this.#settle();
  }
}
