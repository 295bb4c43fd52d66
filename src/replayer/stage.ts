import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Clock } from '../foundation/clock.ts';
import { within } from '../foundation/clock.ts';
import { createDeferred } from '../foundation/deferred.ts';
import type { ProcessExit } from '../transport/child.ts';
import type { Listener, ListenOptions } from '../transport/loopback.ts';
import type { Outlet } from '../transport/outlet.ts';
import { Alarm } from './alarm.ts';
import type { ConversationOptions } from './conversation.ts';
import { Conversation } from './conversation.ts';
import type { Journal } from './journal.ts';
import { startUpSteps } from './start-up.ts';
import { StepQueue } from './step-queue.ts';
import { serveConnection } from './tcp-connection.ts';

/** After SIGTERM the program goes on for about so long, in milliseconds. */
const lastWords = 100;
/** What was sent before an end that was asked for may take so long to leave, in milliseconds. */
const patience = 100;
/** So often it is asked whether the client is gone, in milliseconds. */
const watchStep = 200;

export interface StageOptions extends Omit<ConversationOptions, 'queue' | 'connection'> {
  clock: Clock;
  journal: Journal;
  exitOnEof: boolean;
  stdout: Outlet;
  /** Opens it; nothing is read before ready has been sent: requests wait in the pipe until then. */
  stdin: () => Promise<Readable>;
  /** Who started this process, where its death is to end it, once stdin has ended too. */
  client?: Client;
}

/** The process that started this one, and what it left on stdin. */
interface Client {
  isGone: () => boolean;
  /** Reads what is there, without waiting for more. */
  readLeft: () => Buffer | 'nothing' | 'end';
}

/** What a replay is made of while it runs: stdout, its clients, the time, and the ways to end. */
export class Stage {
  readonly #options: StageOptions;
  readonly #alarm: Alarm;
  readonly #stdout: StepQueue;
  readonly #conversations = new Set<Conversation>();
  readonly #outlets: Set<Outlet>;
  readonly #sockets = new Set<Socket>();
  readonly #exited = createDeferred<ProcessExit>();
  readonly #queues = new Set<StepQueue>();
  #stdin: Readable | undefined;
  #stdinState: 'open' | 'blocked' | 'deaf' = 'open';
  #stdinEnded = false;
  #connections = 0;
  #listener: Listener | undefined;
  #finished: Promise<void> | undefined;

  constructor(options: StageOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clock);
    this.#outlets = new Set([options.stdout]);
    this.#stdout = this.#openQueue(options.stdout, 0, (isBlocked) => this.#blockStdin(isBlocked));
    options.stdout.onFailure(() => void this.finish({ code: null, signal: 'SIGPIPE' }));
  }

  /** How it ended; rejects where a recording turns out to be broken while it is played. */
  get exited(): Promise<ProcessExit> {
    return this.#exited.promise;
  }

  /** 0 where it does not listen. */
  get port(): number {
    return this.#listener?.port ?? 0;
  }

  /** TCP mode: has a port. @throws RepriseError `port-in-use` */
  async listen({ host, port }: Pick<ListenOptions, 'host' | 'port'>): Promise<void> {
    const { listenOnLoopback } = await import('../transport/loopback.ts');
    this.#listener = await listenOnLoopback({
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port }),
      onConnection: (socket) => this.#accept(socket),
    });
  }

  /** Plays the start-up; requests are read from then on. */
  start(): void {
    const ready = createDeferred<void>();
    this.#stdout.fill((began) => {
      const steps = startUpSteps({ ...this.#options, began, port: this.port, onReady: () => ready.resolve() });
      for (const step of steps) this.#stdout.push(step);
    });
    // In TCP mode stdin is never read. It takes a few milliseconds to open: after what is due now, and before ready.
    if (this.#listener === undefined) void this.#readStdin(this.#options.stdin(), ready.promise);
    void this.#watchClient();
  }

  /** Reads what is left of the recordings, beside all else. */
  async readScript(): Promise<void> {
    try {
      await this.#options.script.readOn(() => {
        for (const conversation of this.#conversations) conversation.retry();
      });
    } catch (error) {
      this.#exited.reject(error);
      await this.finish({ code: 2, signal: null });
    }
  }

  /** Ends as the program does on SIGTERM: what runs goes on for a little, and the status is 0. */
  stop(): void {
    const end = (): void => void this.finish({ code: 0, signal: null }, patience);
    if (this.#finished !== undefined || this.#isIdle) end();
    else this.#alarm.at(this.#options.clock.now() + lastWords, end);
  }

  /** Ends now: nothing more is read or made, and what was sent has up to `wait` ms to leave. */
  finish(exit: ProcessExit, wait = 0): Promise<void> {
    if (this.#finished === undefined) this.#finished = this.#end(exit, wait);
    else if (Number.isFinite(wait)) this.#exited.resolve(exit); // does not wait for the client any longer
    return this.#finished;
  }

  get #isIdle(): boolean {
    return this.#stdout.isIdle && [...this.#conversations].every((conversation) => conversation.isIdle);
  }

  async #end(exit: ProcessExit, wait: number): Promise<void> {
    this.#alarm.stop();
    this.#listener?.close();
    for (const queue of this.#queues) queue.clear();
    for (const source of [this.#stdin, ...this.#sockets]) source?.pause().removeAllListeners('data');
    const flushed = Promise.all([...this.#outlets].map((outlet) => outlet.flushed()));
    if (Number.isFinite(wait)) await within(wait, flushed);
    else await flushed;
    for (const socket of this.#sockets) socket.destroySoon();
    this.#exited.resolve(exit);
  }

  async #readStdin(opening: Promise<Readable>, ready: Promise<void>): Promise<void> {
    const [stdin] = await Promise.all([opening, ready]);
    if (this.#finished !== undefined) return;
    const conversation = this.#openConversation(this.#stdout, 0);
    this.#stdin = stdin;
    stdin.on('data', (chunk: Buffer) => {
      if (this.#stdinState !== 'deaf' && !conversation.read(chunk)) this.#stdinState = 'deaf';
      if (this.#stdinState === 'deaf') stdin.pause();
    });
    stdin.on('end', () => {
      conversation.readEnd();
      this.#stdinEnded = true;
      this.#exitWhenAnswered();
    });
    stdin.on('error', () => {
      this.#stdinEnded = true; // an unreadable stdin is one that has ended
      stdin.destroy();
    });
  }

  /** A client that was killed sends no signal: its stdin ends, and it is nobody's parent any more. */
  async #watchClient(): Promise<void> {
    const { client, clock, stdin } = this.#options;
    if (client === undefined) return;
    while (this.#finished === undefined && !(client.isGone() && this.#stdinEnded)) {
      await new Promise<void>((resolve) => clock.after(watchStep, resolve));
      if (!client.isGone() || this.#stdinEnded) continue;
      this.#stdin ??= await stdin();
      this.#takeLeft(client.readLeft());
    }
    await this.finish({ code: 0, signal: null }, patience);
  }

  /** Its end may have come before it was listened to, and is told to nobody then. */
  #takeLeft(left: Buffer | 'nothing' | 'end'): void {
    if (left === 'end') this.#stdinEnded = true;
    // In TCP mode, and behind a line that is too long, it is for nobody.
    else if (left !== 'nothing' && this.#listener === undefined && this.#stdinState !== 'deaf')
      this.#stdin?.unshift(left);
  }

  #exitWhenAnswered(): void {
    if (!this.#options.exitOnEof || !this.#stdinEnded) return;
    if (this.#isIdle) void this.finish({ code: 0, signal: null }, Infinity);
    else this.#alarm.at(this.#options.clock.now() + 10, () => this.#exitWhenAnswered());
  }

  #blockStdin(isBlocked: boolean): void {
    if (this.#stdin === undefined || this.#stdinState === 'deaf') return;
    this.#stdinState = isBlocked ? 'blocked' : 'open';
    if (isBlocked) this.#stdin.pause();
    else this.#stdin.resume();
  }

  #accept(socket: Socket): void {
    const connection = ++this.#connections;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    serveConnection(socket, {
      format: this.#options.format,
      after: (ms, callback) => this.#alarm.at(this.#options.clock.now() + ms, callback),
      report: (message) =>
        this.#stdout.fill(() => this.#stdout.push({ place: 'failed-write', due: 0, bytes: message })),
      open: (outlet, onBlocked) => {
        this.#outlets.add(outlet);
        const queue = this.#openQueue(outlet, connection, onBlocked);
        return { queue, conversation: this.#openConversation(queue, connection) };
      },
      close: (outlet, queue, conversation) => {
        this.#outlets.delete(outlet);
        this.#queues.delete(queue);
        this.#conversations.delete(conversation);
      },
    });
  }

  #openQueue(outlet: Outlet, connection: number, onBlocked: (isBlocked: boolean) => void): StepQueue {
    const { clock, journal } = this.#options;
    const queue = new StepQueue({
      clock,
      journal,
      alarm: this.#alarm,
      outlet,
      connection,
      onBlocked,
      onExit: (exit) => void this.finish(exit, Infinity),
    });
    this.#queues.add(queue);
    return queue;
  }

  #openConversation(queue: StepQueue, connection: number): Conversation {
    const conversation = new Conversation({ ...this.#options, queue, connection });
    this.#conversations.add(conversation);
    return conversation;
  }
}
