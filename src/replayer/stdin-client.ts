import type { Readable } from 'node:stream';
import type { Clock } from '../foundation/clock.ts';
import type { Conversation } from './conversation.ts';

/** So often it is asked whether the client is gone, in milliseconds. */
const watchStep = 200;

/** So much of what a client left may wait for one that does not take its answers. */
const mostHeld = 1 << 20;

export interface StdinOptions {
  clock: Clock;
  /** Opens it; nothing is read before ready has been sent: requests wait in the pipe until then. */
  stdin: () => Promise<Readable>;
  /** Who started this process, where its death is to end it, once stdin has ended too. */
  client?: Client | undefined;
}

/** The process that started this one, and what it left on stdin. */
interface Client {
  isGone: () => boolean;
  /** Reads what is there, without waiting for more. */
  readLeft: () => Buffer | 'nothing' | 'end';
}

/** The client at the other end of stdin: what it asks, its end, and its death. */
export class StdinClient {
  /** Its stdin has ended. */
  hasEnded = false;
  readonly #options: StdinOptions;
  #stream: Readable | undefined;
  #state: 'open' | 'blocked' | 'deaf' = 'open';
  #isOver = false;

  constructor(options: StdinOptions) {
    this.#options = options;
  }

  /** Reads it from ready on. It takes a few milliseconds to open: after what is due now, and before ready. */
  async read(ready: Promise<void>, open: () => Conversation, onEnd: () => void): Promise<void> {
    const [stream] = await Promise.all([this.#options.stdin(), ready]);
    if (this.#isOver) return;
    const conversation = open();
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => {
      if (this.#state !== 'deaf' && !conversation.read(chunk)) this.deafen();
    });
    stream.on('end', () => {
      if (this.#state !== 'deaf') conversation.readEnd();
      this.hasEnded = true;
      onEnd();
    });
    stream.on('error', () => {
      this.hasEnded = true; // an unreadable stdin is one that has ended
      stream.destroy();
    });
    this.#flow();
  }

  /** Nothing more is read while the client does not take what it is sent. */
  block(isBlocked: boolean): void {
    if (this.#state === 'deaf') return;
    this.#state = isBlocked ? 'blocked' : 'open';
    this.#flow();
  }

  /** Nothing of it is read any more; in TCP mode, from the beginning. */
  deafen(): void {
    this.#state = 'deaf';
    this.#flow();
  }

  /** It is all over. */
  stop(): void {
    this.#isOver = true;
    this.#stream?.pause().removeAllListeners('data');
  }

  /**
   * A client that was killed sends no signal: its stdin ends, and it is nobody's parent any more.
   * @returns true when it is gone, false when all was over before
   */
  async isGone(): Promise<boolean> {
    const { client, clock, stdin } = this.#options;
    if (client === undefined) return false;
    while (!this.#isOver && !(client.isGone() && this.hasEnded)) {
      await new Promise<void>((resolve) => clock.after(watchStep, resolve));
      if (!client.isGone() || this.hasEnded) continue;
      this.#stream ??= await stdin();
      if (this.#stream.readableLength < mostHeld) this.#takeLeft(client.readLeft());
    }
    return !this.#isOver;
  }

  /** Its end may have come before it was listened to, and is told to nobody then. */
  #takeLeft(left: Buffer | 'nothing' | 'end'): void {
    if (left === 'end') this.hasEnded = true;
    // In TCP mode, and behind a line that is too long, it is for nobody.
    // It comes behind what the stream has read itself.
    else if (left !== 'nothing' && this.#state !== 'deaf') this.#stream?.push(left);
  }

  #flow(): void {
    if (this.#state === 'open') this.#stream?.resume();
    else this.#stream?.pause();
  }
}
