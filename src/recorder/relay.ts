import type { Readable, Writable } from 'node:stream';
import { createDeferred } from '../foundation/deferred.ts';
import { systemCode } from '../foundation/reprise-error.ts';
import { flushed } from '../transport/flushed.ts';

/** One direction: bytes that arrive on `source` leave on `sink`, as they come. */
export interface RelayOptions {
  source: Readable;
  sink: Writable;
  /** Ends the sink with the source; not for a stderr that is spoken on afterwards. */
  endsSink: boolean;
  /** Sees each chunk after it was passed on, or before that, with the time of its arrival. */
  onChunk: (chunk: Buffer, at: number) => void;
  /** Whether a chunk is seen before it is passed on. */
  seesFirst: boolean;
  /** The source has ended, and the sink has been told. */
  onEnd: () => void;
  /** The sink takes no more. Whoever writes to the source should learn of it, as without a recorder. */
  onBroken: (code: string) => void;
  /** The source broke off. */
  onReset: () => void;
  /** Tells a source that broke off from one that ended, where the system gives an end for both. */
  wasReset?: () => boolean;
  now: () => number;
  /** Decides itself what is sent, by `send`, until it is taken away. */
  intercept?: Intercept;
}

/** Stands in the way of a relay's bytes. */
export interface Intercept {
  take: (chunk: Buffer) => void;
  /** The source has ended: sends what it held back. */
  end: () => void;
}

/** Passes bytes on before anything else is done with them, and no faster than they are taken. */
export class Relay {
  readonly #options: RelayOptions;
  readonly #settled = createDeferred<void>();
  #isBlocked = false;
  #isHeld = false;
  #hasEnded = false;
  #fails = false;
  #intercept: Intercept | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#intercept = options.intercept;
    const { source, sink } = options;
    source.on('data', (chunk: Buffer) => this.#pass(chunk));
    source.on('end', () => this.#end());
    source.on('error', () => this.#reset());
    // A stream that was opened before this relay may have ended already: it says so once.
    if (source.readableEnded) process.nextTick(() => this.#end());
    sink.on('drain', () => {
      this.#isBlocked = false;
      this.#flow();
    });
    sink.on('error', (error) => this.#break(systemCode(error) ?? 'EPIPE'));
    sink.on('close', () => this.#settled.resolve());
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Resolves when nothing more comes, and all that came has left this process, or can't. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  /** Bytes wait here for whoever reads the sink. */
  get isWaiting(): boolean {
    return !this.#fails && this.#options.sink.writableLength > 0;
  }

  /** Stops reading, or goes on: for a recorder that can't keep up. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#flow();
  }

  /** Sends bytes that are not the source's own, such as a rewritten line. */
  send(bytes: Buffer): void {
    if (this.#options.sink.write(bytes)) return;
    this.#isBlocked = true;
    this.#flow();
  }

  /** From now on all is passed on as it comes. */
  stopIntercepting(): void {
    this.#intercept = undefined;
  }

  #pass(chunk: Buffer): void {
    const { now, onChunk, seesFirst } = this.#options;
    const at = now();
    if (seesFirst) onChunk(chunk, at);
    if (this.#intercept === undefined) this.send(chunk);
    else this.#intercept.take(chunk);
    if (!seesFirst) onChunk(chunk, at);
  }

  #flow(): void {
    const { source } = this.#options;
    if (this.#isBlocked || this.#isHeld) source.pause();
    else source.resume();
  }

  #end(): void {
    if (this.#hasEnded) return;
    if (this.#options.wasReset?.() === true) {
      this.#reset();
      return;
    }
    this.#hasEnded = true;
    this.#intercept?.end();
    const { sink, endsSink } = this.#options;
    if (endsSink) sink.end(() => this.#settled.resolve());
    else void flushed(sink).then(this.#settled.resolve);
    this.#options.onEnd();
  }

  #reset(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    void flushed(this.#options.sink).then(this.#settled.resolve);
    this.#options.onReset();
  }

  #break(code: string): void {
    if (this.#fails) return;
    this.#fails = true;
    this.#settled.resolve();
    this.#options.onBroken(code);
  }
}
