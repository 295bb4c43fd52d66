import { exceptionText } from '../protocol/derived.ts';
import { parseMessage } from '../protocol/message.ts';
import type { ResponseFormat, StampedLine } from '../protocol/response-format.ts';
import { toWire } from '../protocol/wire.ts';
import type { Tempo } from './pace.ts';
import { waitFor } from './pace.ts';
import type { Script, ScriptLine } from './script.ts';
import { exitAfter } from './script.ts';
import type { Invocation, RecordedExit } from './script-source.ts';
import type { Place, Step } from './step.ts';

/** A longer message is sent as bytes; a shorter one as text, which is quicker to join. */
const longestText = 1024;

export interface PlaybackOptions {
  script: Script;
  format: ResponseFormat;
  tempo: Tempo;
  /** What an invocation that never ended in the recording does: nothing more, or it says so. */
  onUnfinished: 'hang' | 'error';
}

/** One recorded invocation being played for one caller, step by step: each is made when the one before has been sent. */
export class Playback {
  readonly #options: PlaybackOptions;
  readonly #invocation: Invocation;
  readonly #id: string;
  readonly #onDone: () => void;
  #at: number; // recorded time of the step before
  #due: number;
  #row: number;

  /** @param start when the request was acknowledged, on the clock's scale */
  constructor(options: PlaybackOptions, invocation: Invocation, id: string, { start, onDone }: { start: number; onDone: () => void }) {
    this.#options = options;
    this.#invocation = invocation;
    this.#id = id;
    this.#onDone = onDone;
    this.#at = invocation.startedAt;
    this.#due = start;
    this.#row = invocation.first;
  }

  /** The first step; undefined where nothing was ever answered. */
  start(): Step | undefined {
    return this.#exitStep(exitAfter(this.#invocation, -1)) ?? this.#next();
  }

  #next(): Step | undefined {
    if (this.#row < 0) return this.#finish();
    const line = this.#options.script.readLine(this.#invocation.source, this.#row);
    this.#due += waitFor(line.at - this.#at, this.#options.tempo);
    this.#at = line.at;
    this.#row = line.next;
    return { place: placeOf(line), due: this.#due, bytes: this.#bytesOf(line), next: () => this.#exitStep(exitAfter(this.#invocation, line.row)) ?? this.#next() };
  }

  #bytesOf(line: ScriptLine): Buffer | string {
    const { format } = this.#options;
    if (line.isStray) return format.raw(line.bytes, line.eol, new Date());
    return joinStamped(format.stamp(line.bytes), format.id(this.#id));
  }

  #exitStep(exit: RecordedExit | undefined): Step | undefined {
    if (exit === undefined) return undefined;
    return { place: 'exit', due: this.#due + waitFor(exit.gap, this.#options.tempo), bytes: '', exit: exit.exit };
  }

  #finish(): Step | undefined {
    const { format, onUnfinished } = this.#options;
    if (this.#invocation.hasEnded || onUnfinished === 'hang') {
      this.#onDone();
      return undefined;
    }
    const { source, number, action } = this.#invocation;
    const text = exceptionText('UnfinishedInvocation', `reprise: ${source.reader.file}#${number}: ${action} never ended in the recording; to wait for ever as it did: --on-unfinished hang`);
    const end: Step = { place: 'end', due: this.#due, bytes: toWire(format.end(this.#id)), onSent: this.#onDone };
    return { place: 'error', due: this.#due, bytes: toWire(format.error(this.#id, text)), next: () => end };
  }
}

function placeOf({ isStray, bytes }: ScriptLine): Place {
  if (isStray) return 'stray';
  const type = parseMessage(bytes)?.type;
  return type === 'plugin_invoke_end' ? 'end' : type === 'error' ? 'error' : 'response';
}

function joinStamped({ before, after, hasId }: StampedLine, id: string): Buffer | string {
  const size = before.length + after.length;
  if (size <= longestText) return before.toString('latin1') + (hasId ? toWire(id) : '') + after.toString('latin1');
  return hasId ? Buffer.concat([before, Buffer.from(id), after]) : before;
}
