import type { MissPolicy } from '../foundation/choices.ts';
import { exceptionText } from '../protocol/derived.ts';
import type { RequestLine } from '../protocol/request.ts';
import { toWire } from '../protocol/wire.ts';
import type { Matched, Miss } from './invocation-index.ts';
import type { AskedLine, Ledger } from './ledger.ts';
import { waitFor } from './pace.ts';
import type { PlaybackOptions } from './playback.ts';
import { Playback } from './playback.ts';
import type { Invocation } from './script-source.ts';
import type { StepQueue } from './step-queue.ts';
import type { Step } from './step.ts';
import { placeOf } from './step.ts';

type Request = Extract<RequestLine, { kind: 'request' }>;
type Refused = Extract<RequestLine, { kind: 'refused' }>;

/** A line that is a request. */
export interface AskedRequest {
  request: Request;
  line: AskedLine;
  /** The line itself, where it may be passed on. */
  bytes: Buffer | undefined;
}

/** A request that is not known here, on its way to where it may be. */
export interface PassedRequest {
  id: string;
  /** The client's line, without its newline. */
  line: Buffer;
  /** Gives the client a message that answers it, whatever its id is; up to and with the end. */
  answer: (message: Buffer) => void;
}

/** What a line is answered with. */
export interface Answer {
  /** The first step of it, for an acknowledgement that left at `start`, on the clock's scale; undefined where there is none. */
  begin: (start: number) => Step | undefined;
  /** The invocation that is played; without it, the program itself answers. */
  invocation?: Invocation;
  /** No more of it will be sent. */
  abandon?: () => void;
}

/** Whom answers go to. */
export interface Client {
  queue: StepQueue;
  /** 0 is stdio; others are counted from 1. */
  connection: number;
}

/** The same for all clients, and one object for all: a copy for each would cost every access to it a look-up. */
export interface ResponderOptions extends PlaybackOptions {
  ledger: Ledger;
  /** What a request gets that finds nothing. */
  onMiss: MissPolicy;
  /** Takes requests that are not known, so that they are not missed. */
  passOn?: (request: PassedRequest) => void;
}

/** Finds what answers a line, as a chain of steps: each is made when the one before has been sent. */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #client: Client;
  readonly #onAnswered: ((asked: number) => void) | undefined;
  #running = 0;

  /** @param onAnswered told when nothing more answers a line */
  constructor(options: ResponderOptions, client: Client, onAnswered?: (asked: number) => void) {
    this.#options = options;
    this.#client = client;
    this.#onAnswered = onAnswered;
  }

  /** So many invocations are being answered. */
  get running(): number {
    return this.#running;
  }

  /** The program itself answers what is no request. */
  refuse({ id, error }: Refused, line: AskedLine): Answer {
    const { format, script, tempo, ledger } = this.#options;
    const exit = script.exitAfterRefusal(ledger.refuse(line, id, error));
    return {
      begin: (due) => ({
        place: 'refusal',
        due,
        bytes: toWire(format.error(id, error)),
        asked: line.number,
        next: () => {
          this.#answered(line);
          return exit && { place: 'exit', due: due + waitFor(exit.gap, tempo), bytes: '', exit: exit.exit };
        },
      }),
    };
  }

  /** @returns undefined while it can't be known yet what a request matches */
  answer(asked: AskedRequest): Answer | undefined {
    const match = this.#options.script.match(asked.request, this.#client.connection);
    if (match.kind === 'later') return undefined;
    if (match.kind === 'found') return this.#play(asked, match);
    const { miss } = match;
    const { bytes } = asked;
    if (miss.kind === 'unknown' && bytes !== undefined) return { begin: () => this.#pass(asked, bytes) };
    return { begin: (start) => this.#miss(asked, miss, start) };
  }

  #play({ request: { id }, line }: AskedRequest, matched: Matched): Answer {
    const asked = line.number;
    const { invocation } = matched;
    this.#options.ledger.match(line, id, matched);
    this.#running++;
    let isDone = false;
    const onDone = (): void => {
      if (isDone) return;
      isDone = true;
      this.#running--;
      this.#answered(line);
    };
    return {
      begin: (start) => new Playback(this.#options, invocation, { id, asked, start, onDone }).start(),
      invocation,
      abandon: onDone,
    };
  }

  /** What was never recorded is answered by somebody else. */
  #pass({ request, line: asked }: AskedRequest, line: Buffer): undefined {
    const { format, ledger, passOn } = this.#options;
    const { queue } = this.#client;
    const id = Buffer.from(format.id(request.id));
    ledger.pass(asked, request);
    this.#running++;
    passOn?.({
      id: request.id,
      line,
      answer: (message) => {
        const { before, after, hasId } = format.stamp(message, '\n');
        const place = placeOf({ isStray: false, bytes: message });
        const bytes = Buffer.concat(hasId ? [before, id, after] : [before]);
        queue.fill((now) => queue.push({ place, due: now, bytes, asked: asked.number }));
        if (place === 'end') this.#running--;
      },
    });
  }

  /** What was never recorded is answered as an exception in the plugin would be: an error, then the end. */
  #miss({ request, line }: AskedRequest, miss: Miss, due: number): Step | undefined {
    const { format, ledger, onMiss } = this.#options;
    const { id } = request;
    const text = exceptionText('NoRecordedInvocation', ledger.miss(line, request, miss));
    if (onMiss === 'hang') return undefined;
    const asked = line.number;
    const end: Step = { place: 'end', due, bytes: toWire(format.end(id)), asked };
    return { place: 'error', due, bytes: toWire(format.error(id, text)), asked, next: () => end };
  }

  #answered({ number }: AskedLine): void {
    this.#onAnswered?.(number);
  }
}
