import type { Clock } from '../foundation/clock.ts';
import { LineJoiner } from '../recording/line-joiner.ts';
import type { Channel } from '../recording/line-encoder.ts';
import { createHeader } from '../recording/header.ts';
import { RecordingWriter } from '../recording/recording-writer.ts';
import type { Redactor } from '../recording/redaction/redactor.ts';
import type { Learned, SessionSum } from './tally.ts';
import { Tally } from './tally.ts';

export interface SessionOptions {
  clock: Clock;
  command: readonly string[];
  version: string;
  /** Opens the file for appending; undefined where it can't be written, and the session goes on without. */
  fd: number | undefined;
  /** The file can't be kept any more. */
  onLoss: (error: Error) => void;
  /** So much waits to be written that the sources must pause; and they may go on. */
  onHold: (isHeld: boolean) => void;
  onLearned: (learned: Learned) => void;
  /** Whether what comes is in the file at once. */
  writesFirst?: boolean;
  /** Takes the secrets out of what is kept; nothing is kept before it is ready. */
  redactor?: Redactor | undefined;
  isReady?: Promise<unknown> | undefined;
}

/** What is kept of a session: every stream's bytes and every event, with the time since it began. */
export class Session {
  readonly #clock: Clock;
  readonly #began: number;
  readonly #writer: RecordingWriter | undefined;
  readonly #tally: Tally;
  readonly #channels = new Map<string, LineJoiner>();
  readonly #onHold: (isHeld: boolean) => void;
  /** Whether what comes is in the file before `bytes` returns, and so to be kept before it is passed on. */
  readonly writesFirst: boolean;
  #last = 0;
  #isHeld = false;
  #isOver = false;

  constructor({
    clock,
    command,
    version,
    fd,
    onLoss,
    onHold,
    onLearned,
    writesFirst = false,
    redactor,
    isReady,
  }: SessionOptions) {
    this.#clock = clock;
    this.#began = clock.now();
    this.#onHold = onHold;
    this.writesFirst = writesFirst;
    this.#tally = new Tally((learned) => {
      // Not by `event`: after a burst, lines are looked at when the session is over already.
      this.#writer?.addEvent(this.#now(), 'about', { ...learned });
      onLearned(learned);
    });
    if (fd === undefined) return;
    this.#writer = new RecordingWriter(fd, createHeader(redactor?.redactCommand(command) ?? command, version), {
      clock,
      onLine: (channel, line) => this.#tally.add(channel, line),
      onFailure: onLoss,
      onRoom: () => this.#hold(false),
      redactor,
      isReady,
    });
  }

  /** Lines and bytes so far. */
  get counts(): { messages: number; bytes: number } {
    return this.#tally.counts;
  }

  /** Keeps a chunk. @param now when it arrived, on the clock's scale */
  bytes(channel: Channel, chunk: Buffer, now: number): void {
    if (this.#isOver) return;
    this.#writer?.addBytes(this.#joiner(channel), this.#at(now), chunk);
    if (this.writesFirst) this.#writer?.writeNow();
    if (this.#writer?.isFull === true) this.#hold(true);
  }

  /** A stream has ended. */
  eof(channel: Channel): void {
    if (this.#isOver) return;
    const at = this.#now();
    this.#writer?.endChannel(this.#joiner(channel), at);
    const stream = channel.stderr ? 'stderr' : channel.from === 'client' ? 'stdin' : 'stdout';
    this.#writer?.addEvent(at, 'eof', {
      from: channel.from,
      ...(channel.connection === 0 ? { stream } : { connection: channel.connection }),
    });
  }

  /** Keeps an event; one that comes after the end is too late. */
  event(name: string, fields: Readonly<Record<string, unknown>> = {}): void {
    if (!this.#isOver) this.#writer?.addEvent(this.#now(), name, fields);
  }

  /** Writes what waits, and seals the file. */
  async end(reason: string): Promise<SessionSum> {
    this.#isOver = true;
    for (const joiner of this.#channels.values()) this.#writer?.endChannel(joiner, this.#now());
    await this.#writer?.end(() => this.#now(), reason);
    return this.#tally.sum();
  }

  #now(): number {
    return this.#at(this.#clock.now());
  }

  /** Time in the file, which never goes back: what a chunk led to while it was forwarded may have been noted before it. */
  #at(now: number): number {
    this.#last = Math.max(this.#last, now - this.#began);
    return this.#last;
  }

  #joiner(channel: Channel): LineJoiner {
    const key = `${channel.from} ${channel.connection} ${channel.stderr}`;
    const known = this.#channels.get(key);
    if (known !== undefined) return known;
    const opened = new LineJoiner(channel);
    this.#channels.set(key, opened);
    return opened;
  }

  #hold(isHeld: boolean): void {
    if (this.#isHeld === isHeld) return;
    this.#isHeld = isHeld;
    this.#onHold(isHeld);
  }
}
