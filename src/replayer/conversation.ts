import type { Clock } from '../foundation/clock.ts';
import { longestRequest } from '../protocol/limits.ts';
import { LineSplitter } from '../transport/line-splitter.ts';
import type { Disturber } from './faults/disturber.ts';
import type { AskedLine } from './ledger.ts';
import type { RequestReader } from './request-reader.ts';
import type { AskedRequest, Client, ResponderOptions } from './responder.ts';
import { Responder } from './responder.ts';
import type { Step } from './step.ts';

/** What is no later than this is not held by a fault, in milliseconds. */
const onTime = 1;

/** A request that is acknowledged, and waits for the recordings to be read so far that it can be matched. */
interface Postponed extends AskedRequest {
  /** When its acknowledgement left, on the clock's scale. */
  start: number;
}

export interface ConversationOptions extends ResponderOptions {
  reader: RequestReader;
  clock: Clock;
  faults?: Disturber | undefined;
}

/** One client: its lines are read, acknowledged, and answered. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #client: Client;
  readonly #responder: Responder;
  readonly #splitter = new LineSplitter(longestRequest);
  #postponed: Postponed[] = [];
  /** Answers to lines that came together: at a pace, all of these are acknowledged first. */
  #begun: (() => Step | undefined)[] | undefined;

  constructor(options: ConversationOptions, client: Client) {
    this.#options = options;
    this.#client = client;
    const { faults } = options;
    this.#responder = new Responder(options, client, faults && ((asked) => faults.close(asked)));
  }

  /** Nothing is being answered. */
  get isIdle(): boolean {
    return this.#responder.running === 0 && this.#postponed.length === 0 && this.#client.queue.isIdle;
  }

  /** @returns false once a line was too long: nothing more is to be read from this client */
  read(chunk: Buffer): boolean {
    let isListening = true;
    this.#take((visit) => {
      isListening = this.#splitter.push(chunk, visit);
    });
    return isListening;
  }

  /** The end of the client's input: a last line without a newline is a request. */
  readEnd(): void {
    this.#take((visit) => this.#splitter.end(visit));
  }

  /** More of the recordings has been read: tries again what could not be matched. */
  retry(): void {
    if (this.#postponed.length === 0) return;
    const postponed = this.#postponed;
    this.#postponed = [];
    this.#client.queue.fill(() => {
      for (const one of postponed) this.#play(one);
    });
  }

  /** At a pace, all lines that have come are acknowledged before the first is played, so that none waits for another. */
  #take(split: (visit: (line: Buffer) => void) => void): void {
    const { tempo, ledger, passOn, faults, reader } = this.#options;
    const { queue, connection } = this.#client;
    const isInstant = tempo.factor === 0;
    queue.fill((now) => {
      const requests: Postponed[] = [];
      if (!isInstant) this.#begun = [];
      split((bytes) => {
        if (queue.isClosed) return; // the process has ended, or the connection
        if (faults !== undefined) return this.#disturb(bytes, now, faults);
        const line = ledger.open(connection);
        const start = this.#acknowledge(now, line);
        const request = reader.read(bytes);
        if (request.kind === 'refused') this.#push(this.#responder.refuse(request, line).begin(start));
        else {
          const one = { request, line, start, bytes: passOn === undefined ? undefined : bytes };
          if (isInstant) this.#play(one);
          else requests.push(one);
        }
      });
      for (const one of requests) this.#play(one);
      const begun = this.#begun ?? [];
      this.#begun = undefined;
      for (const begin of begun) this.#push(begin());
    });
  }

  /**
   * The program acknowledges a line before it looks at it, and gaps count from there. At instant pace there are none, and
   * all leaves in one write.
   * @returns when the acknowledgement left
   */
  #acknowledge(now: number, { number }: AskedLine): number {
    const { format, tempo, clock } = this.#options;
    const { queue } = this.#client;
    queue.push({ place: 'acknowledgement', due: now, bytes: format.acknowledgement, asked: number });
    if (tempo.factor === 0) return now;
    queue.flush();
    return clock.now();
  }

  #play(one: Postponed): void {
    const answer = this.#responder.answer(one);
    if (answer === undefined) this.#postponed.push(one);
    else this.#push(answer.begin(one.start));
  }

  #push(step: Step | undefined): void {
    if (step !== undefined) this.#client.queue.push(step);
  }

  /**
   * Where there are faults, what answers a line is one chain from the request on, so that whatever holds a step holds
   * all that follow; and it is known from the first of them which invocation it is.
   */
  #disturb(bytes: Buffer, now: number, faults: Disturber): void {
    const { ledger, format, passOn, tempo, clock, reader } = this.#options;
    const { queue, connection } = this.#client;
    if (faults.isDeaf(connection)) return;
    const line = ledger.open(connection);
    const asked = line.number;
    const request = reader.read(bytes);
    const answer =
      request.kind === 'refused'
        ? this.#responder.refuse(request, line)
        : this.#responder.answer({ request, line, bytes: passOn === undefined ? undefined : bytes });
    // A request that was not recorded is told so, whatever there is to disturb.
    if (request.kind === 'refused' || answer?.invocation !== undefined)
      faults.open({ asked, connection, request, invocation: answer?.invocation, abandon: answer?.abandon });
    const isInstant = tempo.factor === 0;
    // Gaps count from the request: what holds the acknowledgement does not hold what comes later anyway.
    let start = now;
    const acknowledgement: Step = {
      place: 'acknowledgement',
      due: now,
      bytes: format.acknowledgement,
      asked,
      next: () => {
        // At a pace it leaves at once, unless it was held to leave with others.
        if (!isInstant && clock.now() < start + onTime) queue.flush();
        const begin = (): Step | undefined => answer?.begin(faults.startOf(start));
        if (this.#begun === undefined || request.kind === 'refused') return begin();
        this.#begun.push(begin);
        return undefined;
      },
    };
    const asking: Step = {
      place: 'request',
      due: now,
      bytes: '',
      asked,
      next: () => {
        if (!isInstant) start = clock.now();
        return acknowledgement;
      },
    };
    queue.push(asking);
  }
}
