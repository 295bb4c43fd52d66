import type { Socket } from 'node:net';
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
import { Doors } from './doors.ts';
import { createBackstage } from './backstage.ts';
import { waitFor } from './pace.ts';
import { startUpSteps } from './start-up.ts';
import type { StdinOptions } from './stdin-client.ts';
import { StdinClient } from './stdin-client.ts';
import { StepQueue } from './step-queue.ts';
import { serveConnection } from './tcp-connection.ts';

/** After SIGTERM the program goes on for about so long, in milliseconds. */
const lastWords = 100;
/** Where nothing runs it ends sooner, but not before it has heard what was sent before. */
const turnsToHear = 2;
/** What a client has asked for before it was gone is still made for so long, in milliseconds; who reads slowly gets all. */
const lastAnswers = 1000;
/** What was sent before an end that was asked for may take so long to leave, in milliseconds. */
const patience = 100;

export interface StageOptions extends ConversationOptions, StdinOptions {
  clock: Clock;
  journal: Journal;
  exitOnEof: boolean;
  stdout: Outlet;
  /** Where a fault writes beside the wire; it calls back when all has been taken. */
  stderr: (bytes: Buffer, onTaken: () => void) => void;
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
  readonly #stdin: StdinClient;
  #connections = 0;
  /** Ready has been sent, or the announcement in TCP mode. */
  readonly #ready = createDeferred<void>();
  readonly #doors = new Doors();
  #listener: Listener | undefined;
  #finished: Promise<void> | undefined;

  constructor(options: StageOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clock);
    this.#outlets = new Set([options.stdout]);
    this.#stdin = new StdinClient(options);
    const block = (isBlocked: boolean): void => this.#stdin.block(isBlocked);
    this.#stdout = this.#openQueue(options.stdout, 0, block);
    const deafen = (): void => this.#stdin.deafen();
    this.#doors.add(0, { queue: this.#stdout, block, deafen, outlet: options.stdout });
    options.stdout.onFailure(() => void this.finish({ code: null, signal: 'SIGPIPE' }));
    options.faults?.attach(
      createBackstage(this.#doors, {
        after: (ms, callback) => this.#alarm.at(options.clock.now() + ms, callback),
        stdout: options.stdout,
        stderr: options.stderr,
        stopListening: () => this.#listener?.close(),
      }),
    );
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
      onConnection: (socket) => this.#knock(socket),
    });
  }

  /** Plays the start-up; requests are read from then on. */
  start(): void {
    this.#stdout.fill((began) => {
      const first = startUpSteps({ ...this.#options, began, port: this.port, onReady: () => this.#ready.resolve() });
      if (this.#options.faults !== undefined)
        this.#stdout.push({ place: 'start', due: began, bytes: '', next: () => first });
      else if (first !== undefined) this.#stdout.push(first);
    });
    // In TCP mode stdin is never read.
    if (this.#listener === undefined) {
      const open = (): Conversation => this.#openConversation(this.#stdout, 0);
      void this.#stdin.read(this.#ready.promise, open, () => this.#heedEnd());
    } else this.#stdin.deafen();
    void this.#watchClient();
  }

  /** Reads what is left of the recordings, beside all else. */
  async readScript(): Promise<void> {
    try {
      await this.#options.script.readOn(() => {
        for (const conversation of this.#conversations) conversation.retry();
      });
      this.#heedEnd();
    } catch (error) {
      this.#exited.reject(error);
      await this.finish({ code: 2, signal: null });
    }
  }

  /** Ends as the program does on SIGTERM: what runs goes on for a little, and the status is 0. */
  stop(): void {
    if (this.#options.faults?.ignoresSignals === true) return;
    const end = (): void => void this.finish({ code: 0, signal: null }, patience);
    if (this.#finished !== undefined) end();
    else this.#endWhenHeard(turnsToHear, this.#options.clock.now() + lastWords, end);
  }

  /** What was sent before the signal is still read, in a turn for a connection and one for what came on it. */
  #endWhenHeard(turns: number, until: number, end: () => void): void {
    if (turns > 0) this.#options.clock.soon(() => this.#endWhenHeard(turns - 1, until, end));
    else if (this.#isIdle) end();
    else this.#alarm.at(until, end);
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
    for (const queue of this.#queues) queue.close();
    this.#stdin.stop();
    for (const socket of this.#sockets) socket.pause().removeAllListeners('data');
    const flushed = Promise.all([...this.#outlets].map((outlet) => outlet.flushed()));
    if (Number.isFinite(wait)) await within(wait, flushed);
    else await flushed;
    for (const socket of this.#sockets) socket.destroySoon();
    this.#exited.resolve(exit);
  }

  /** The end of stdin is that of a program which ended so when it was recorded, or is to. It may be known late which it is. */
  #heedEnd(): void {
    const { exitOnEof, script, tempo, clock } = this.#options;
    const recorded = script.exitAtEnd;
    if (!this.#stdin.hasEnded || (!exitOnEof && recorded === undefined)) return;
    const due = clock.now() + waitFor(recorded?.gap ?? 0, tempo);
    this.#alarm.at(due, () => this.#exitWhenAnswered(Infinity, recorded?.exit));
  }

  /** Whoever still reads gets what was asked for; a connection has a client of its own. */
  async #watchClient(): Promise<void> {
    if (await this.#stdin.isGone()) this.#exitWhenAnswered(this.#options.clock.now() + lastAnswers);
  }

  /** @param until it exits then, unless somebody is still to take what was made, or is connected */
  #exitWhenAnswered(until = Infinity, exit: ProcessExit = { code: 0, signal: null }): void {
    const now = this.#options.clock.now();
    if (this.#sockets.size === 0 && (this.#isIdle || (now >= until && !this.#stdout.isBlocked)))
      void this.finish(exit, until === Infinity ? Infinity : patience);
    else this.#alarm.at(now + 10, () => this.#exitWhenAnswered(until, exit));
  }

  /** Whoever knows the port before it is announced, which faults may delay, waits for that. */
  #knock(socket: Socket): void {
    if (this.#options.faults === undefined) return this.#accept(socket);
    this.#sockets.add(socket);
    socket.on('error', () => undefined); // told by its end
    socket.once('close', () => this.#sockets.delete(socket));
    void this.#ready.promise.then(() => {
      if (!socket.destroyed && this.#finished === undefined) this.#accept(socket);
    });
  }

  #accept(socket: Socket): void {
    const connection = ++this.#connections;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    serveConnection(socket, {
      format: this.#options.format,
      isDisturbed: this.#options.faults !== undefined,
      after: (ms, callback) => this.#alarm.at(this.#options.clock.now() + ms, callback),
      report: (message) =>
        this.#stdout.fill(() => this.#stdout.push({ place: 'failed-write', due: 0, bytes: message })),
      open: (outlet, block, deafen) => {
        this.#outlets.add(outlet);
        const queue = this.#openQueue(outlet, connection, block);
        this.#doors.add(connection, { queue, block, deafen, outlet, socket });
        return { queue, conversation: this.#openConversation(queue, connection) };
      },
      close: (outlet, queue, conversation) => {
        this.#outlets.delete(outlet);
        this.#queues.delete(queue);
        this.#conversations.delete(conversation);
        this.#doors.delete(connection);
        this.#options.faults?.leave(connection);
      },
    });
  }

  #openQueue(outlet: Outlet, connection: number, onBlocked: (isBlocked: boolean) => void): StepQueue {
    const { clock, journal, faults } = this.#options;
    const queue = new StepQueue({
      clock,
      journal,
      alarm: this.#alarm,
      outlet,
      connection,
      onBlocked: (isBlocked) => onBlocked(isBlocked || this.#doors.isPaused),
      onExit: (exit) => void this.finish(exit, Infinity),
      faults,
    });
    this.#queues.add(queue);
    return queue;
  }

  #openConversation(queue: StepQueue, connection: number): Conversation {
    const conversation = new Conversation(this.#options, { queue, connection });
    this.#conversations.add(conversation);
    return conversation;
  }
}
