import type { UnfinishedPolicy } from '../foundation/choices.ts';
import type { Spelling } from '../foundation/spell-option.ts';
import { spellOption } from '../foundation/spell-option.ts';
import { exceptionText, withoutQuotes } from '../protocol/derived.ts';
import type { ResponseFormat } from '../protocol/response-format.ts';
import { toWire } from '../protocol/wire.ts';
import type { Tempo } from './pace.ts';
import { waitFor } from './pace.ts';
import type { LineCache } from './line-cache.ts';
import type { Script } from './script.ts';
import { exitAfter } from './script.ts';
import type { Invocation, RecordedExit } from './script-source.ts';
import type { Step } from './step.ts';

export interface PlaybackOptions {
  script: Script;
  lines: LineCache;
  format: ResponseFormat;
  tempo: Tempo;
  /** What an invocation that never ended in the recording does: nothing more, or it says so. */
  onUnfinished: UnfinishedPolicy;
  /** How options are given by those who read of it. */
  spelling?: Spelling;
}

/** For whom an invocation is played. */
export interface Caller {
  id: string;
  /** The number of the line that asked. */
  asked: number;
  /** When the request was acknowledged, on the clock's scale. */
  start: number;
  /** All has been sent. */
  onDone: () => void;
}

/** One recorded invocation being played for one caller, step by step: each is made when the one before has been sent. */
export class Playback {
  readonly #options: PlaybackOptions;
  readonly #invocation: Invocation;
  readonly #id: string;
  readonly #written: string; // as the format writes it, as wire text
  readonly #asked: number;
  readonly #onDone: () => void;
  #at: number; // recorded time of the step before
  #due: number;
  #row: number;
  #last = -1; // row of the line before
  /** One for all lines: each step is asked for the next before another is made. */
  readonly #follow = (): Step | undefined => this.#exitStep(exitAfter(this.#invocation, this.#last)) ?? this.#next();

  constructor(options: PlaybackOptions, invocation: Invocation, { id, asked, start, onDone }: Caller) {
    this.#options = options;
    this.#invocation = invocation;
    this.#id = id;
    this.#written = toWire(options.format.id(id));
    this.#asked = asked;
    this.#onDone = onDone;
    this.#at = invocation.startedAt;
    this.#due = start;
    this.#row = invocation.first;
  }

  /** The first step; undefined where nothing was ever answered. */
  start(): Step | undefined {
    return this.#follow();
  }

  #next(): Step | undefined {
    if (this.#row < 0) return this.#finish();
    const line = this.#options.lines.get(this.#invocation.source, this.#row);
    this.#due += waitFor(line.at - this.#at, this.#options.tempo);
    this.#at = line.at;
    this.#row = line.next;
    this.#last = line.row;
    return {
      place: line.place,
      due: this.#due,
      bytes: line.bytesFor(this.#written),
      asked: this.#asked,
      next: this.#follow,
    };
  }

  #exitStep(exit: RecordedExit | undefined): Step | undefined {
    if (exit === undefined) return undefined;
    const due = this.#due + waitFor(exit.gap, this.#options.tempo);
    return { place: 'exit', due, bytes: '', asked: this.#asked, exit: exit.exit };
  }

  #finish(): Step | undefined {
    const { format, onUnfinished, spelling } = this.#options;
    if (this.#invocation.hasEnded || onUnfinished === 'hang') {
      this.#onDone();
      return undefined;
    }
    const { source, number, action } = this.#invocation;
    const where = withoutQuotes(`${source.reader.file}#${number}: ${action.slice(0, 100)}`);
    const text = exceptionText(
      'UnfinishedInvocation',
      `reprise: ${where} never ended in the recording; to wait for ever as it did: ${spellOption('on-unfinished', ['hang'], spelling)}`,
    );
    const [due, asked] = [this.#due, this.#asked];
    const end: Step = { place: 'end', due, bytes: toWire(format.end(this.#id)), asked, onSent: this.#onDone };
    return { place: 'error', due, bytes: toWire(format.error(this.#id, text)), asked, next: () => end };
  }
}
