import type { Clock } from '../foundation/clock.ts';
import { exceptionText, withoutQuotes } from '../protocol/derived.ts';
import { longestRequest } from '../protocol/limits.ts';
import type { RequestLine } from '../protocol/request.ts';
import { decodeRequestLine } from '../protocol/request.ts';
import { toWire } from '../protocol/wire.ts';
import { LineSplitter } from '../transport/line-splitter.ts';
import type { PlaybackOptions } from './playback.ts';
import { Playback } from './playback.ts';
import { waitFor } from './pace.ts';
import type { StepQueue } from './step-queue.ts';

type Request = Extract<RequestLine, { kind: 'request' }>;

/** A request that is acknowledged, and waits for the recordings to be read so far that it can be matched. */
interface Postponed {
  request: Request;
  start: number;
}

export interface ConversationOptions extends PlaybackOptions {
  clock: Clock;
  queue: StepQueue;
  /** 0 is stdio; others are counted from 1. */
  connection: number;
  /** Counts refusals over the whole replay, and gives the number of this one. */
  countRefusal: () => number;
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
      for (const { request, start } of postponed) this.#play(request, start);
    });
  }

  /** At a pace, all lines that have come are acknowledged before the first is played, so that none waits for another. */
  #take(split: (visit: (line: Buffer) => void) => void): void {
    const isInstant = this.#options.tempo.factor === 0;
    this.#options.queue.fill((now) => {
      const requests: Postponed[] = [];
      split((line) => {
        const start = this.#acknowledge(now);
        const request = decodeRequestLine(line);
        if (request.kind === 'refused') this.#refuse(request, start);
        else if (isInstant) this.#play(request, start);
        else requests.push({ request, start });
      });
      for (const { request, start } of requests) this.#play(request, start);
    });
  }

  /**
   * The program acknowledges a line before it looks at it, and gaps count from there. At instant pace there are none, and
   * all leaves in one write.
   * @returns when the acknowledgement left
   */
  #acknowledge(now: number): number {
    const { queue, format, tempo, clock } = this.#options;
    queue.push({ place: 'acknowledgement', due: now, bytes: format.acknowledgement });
    if (tempo.factor === 0) return now;
    queue.flush();
    return clock.now();
  }

  #refuse({ id, error }: Extract<RequestLine, { kind: 'refused' }>, now: number): void {
    const { queue, format, script, tempo, countRefusal } = this.#options;
    queue.push({ place: 'refusal', due: now, bytes: toWire(format.error(id, error)) });
    const exit = script.exitAfterRefusal(countRefusal());
    if (exit !== undefined)
      queue.push({ place: 'exit', due: now + waitFor(exit.gap, tempo), bytes: '', exit: exit.exit });
  }

  #play(request: Request, start: number): void {
    const { script, connection } = this.#options;
    const match = script.match(request, connection);
    if (match.kind === 'later') {
      this.#postponed.push({ request, start });
      return;
    }
    if (match.kind === 'missed') {
      this.#miss(request, start);
      return;
    }
    this.#running++;
    const playback = new Playback(this.#options, match.invocation, {
      id: request.id,
      start,
      onDone: () => this.#running--,
    });
    const first = playback.start();
    if (first !== undefined) this.#options.queue.push(first);
  }

  /** What was never recorded is answered as an exception in the plugin would be: an error, then the end. */
  #miss({ id, action }: Request, due: number): void {
    const { queue, format } = this.#options;
    const text = exceptionText(
      'NoRecordedInvocation',
      `reprise: no match for ${withoutQuotes(action.slice(0, 100))}; no recorded invocation has this type, action and request`,
    );
    queue.push({ place: 'error', due, bytes: toWire(format.error(id, text)) });
    queue.push({ place: 'end', due, bytes: toWire(format.end(id)) });
  }
}
