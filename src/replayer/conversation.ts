import type { Clock } from '../foundation/clock.ts';
import type { MissPolicy } from '../foundation/choices.ts';
import { exceptionText } from '../protocol/derived.ts';
import { longestRequest } from '../protocol/limits.ts';
import type { RequestLine } from '../protocol/request.ts';
import { decodeRequestLine } from '../protocol/request.ts';
import { toWire } from '../protocol/wire.ts';
import { LineSplitter } from '../transport/line-splitter.ts';
import type { AskedLine, Ledger } from './ledger.ts';
import type { PlaybackOptions } from './playback.ts';
import { Playback } from './playback.ts';
import { waitFor } from './pace.ts';
import type { Miss } from './invocation-index.ts';
import { placeOf } from './step.ts';
import type { StepQueue } from './step-queue.ts';

type Request = Extract<RequestLine, { kind: 'request' }>;

/** A request that is acknowledged, and waits for the recordings to be read so far that it can be matched. */
interface Postponed {
  request: Request;
  line: AskedLine;
  /** When its acknowledgement left, on the clock's scale. */
  start: number;
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

export interface ConversationOptions extends PlaybackOptions {
  clock: Clock;
  queue: StepQueue;
  /** 0 is stdio; others are counted from 1. */
  connection: number;
  ledger: Ledger;
  /** What a request gets that finds nothing. */
  onMiss: MissPolicy;
  /** Takes requests that are not known, so that they are not missed. */
  passOn?: (request: PassedRequest) => void;
}

/** One client: its lines are read, acknowledged, and answered. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #splitter = new LineSplitter(longestRequest);
  #postponed: Postponed[] = [];
  #running = 0;

  constructor(options: ConversationOptions) {
    this.#options = options;
  }

  /** Nothing is being answered. */
  get isIdle(): boolean {
    return this.#running === 0 && this.#postponed.length === 0 && this.#options.queue.isIdle;
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
    this.#options.queue.fill(() => {
      for (const one of postponed) this.#play(one);
    });
  }

  /** At a pace, all lines that have come are acknowledged before the first is played, so that none waits for another. */
  #take(split: (visit: (line: Buffer) => void) => void): void {
    const { tempo, ledger, connection, passOn } = this.#options;
    const isInstant = tempo.factor === 0;
    this.#options.queue.fill((now) => {
      const requests: Postponed[] = [];
      split((line) => {
        const asked = ledger.open(connection);
        const start = this.#acknowledge(now, asked);
        const request = decodeRequestLine(line);
        if (request.kind === 'refused') this.#refuse(request, asked, start);
        else {
          const one = { request, line: asked, start, bytes: passOn === undefined ? undefined : line };
          if (isInstant) this.#play(one);
          else requests.push(one);
        }
      });
      for (const one of requests) this.#play(one);
    });
  }

  /**
   * The program acknowledges a line before it looks at it, and gaps count from there. At instant pace there are none, and
   * all leaves in one write.
   * @returns when the acknowledgement left
   */
  #acknowledge(now: number, { number }: AskedLine): number {
    const { queue, format, tempo, clock } = this.#options;
    queue.push({ place: 'acknowledgement', due: now, bytes: format.acknowledgement, asked: number });
    if (tempo.factor === 0) return now;
    queue.flush();
    return clock.now();
  }

  #refuse({ id, error }: Extract<RequestLine, { kind: 'refused' }>, line: AskedLine, now: number): void {
    const { queue, format, script, tempo, ledger } = this.#options;
    const count = ledger.refuse(line, id, error);
    queue.push({ place: 'refusal', due: now, bytes: toWire(format.error(id, error)), asked: line.number });
    const exit = script.exitAfterRefusal(count);
    if (exit !== undefined)
      queue.push({ place: 'exit', due: now + waitFor(exit.gap, tempo), bytes: '', exit: exit.exit });
  }

  #play(one: Postponed): void {
    const { script, connection, ledger, queue } = this.#options;
    const { request, line, start } = one;
    const match = script.match(request, connection);
    if (match.kind === 'later') {
      this.#postponed.push(one);
      return;
    }
    if (match.kind === 'missed') {
      if (match.miss.kind === 'unknown' && one.bytes !== undefined) this.#pass(one, one.bytes);
      else this.#miss(one, match.miss);
      return;
    }
    ledger.match(line, request.id, match.invocation);
    this.#running++;
    const playback = new Playback(this.#options, match.invocation, {
      id: request.id,
      asked: line.number,
      start,
      onDone: () => this.#running--,
    });
    const first = playback.start();
    if (first !== undefined) queue.push(first);
  }

  /** What was never recorded is answered by somebody else. */
  #pass({ request, line: asked }: Postponed, line: Buffer): void {
    const { queue, format, ledger, passOn } = this.#options;
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
  #miss({ request, line, start: due }: Postponed, miss: Miss): void {
    const { queue, format, ledger, onMiss } = this.#options;
    const { id } = request;
    const text = exceptionText('NoRecordedInvocation', ledger.miss(line, request, miss));
    if (onMiss === 'hang') return;
    const asked = line.number;
    queue.push({ place: 'error', due, bytes: toWire(format.error(id, text)), asked });
    queue.push({ place: 'end', due, bytes: toWire(format.end(id)), asked });
  }
}
