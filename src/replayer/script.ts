import { nextTurn } from '../foundation/clock.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import type { ExhaustedPolicy, MatchOrder } from '../foundation/choices.ts';
import type { Asked } from '../protocol/differences.ts';
import { matchKey } from '../protocol/match-key.ts';
import { MatchRules } from '../protocol/match-rules.ts';
import type { Found } from '../protocol/matcher.ts';
import { Matcher } from '../protocol/matcher.ts';
import type { Compared } from '../protocol/rank-near.ts';
import { rankNear } from '../protocol/rank-near.ts';
import { Sketches } from '../protocol/sketches.ts';
import { openRecording } from '../recording/recording-reader.ts';
import { KeyStore } from './key-store.ts';
import { RecordedOrder } from './recorded-order.ts';
import type { Invocation, RecordedExit, StartUpLine } from './script-source.ts';
import { ScriptSource } from './script-source.ts';

const lastRow = -1;

/** How requests are matched. */
export interface MatchOptions {
  rules: MatchRules;
  order: MatchOrder;
  onExhausted: ExhaustedPolicy;
}

/** Why a request found nothing. */
export type Miss =
  | { kind: 'unknown' }
  /** All that are equal to it have been given; `invocation` is the last of them. */
  | { kind: 'exhausted'; invocation: Invocation; times: number }
  /** `invocation` is equal to it, and not its turn; `next` is. */
  | { kind: 'order'; invocation: Invocation; next: Invocation | undefined };

/** What a request found: an invocation to play, nothing, or nothing yet while the recordings are still being read. */
export type Match = { kind: 'found'; invocation: Invocation } | { kind: 'missed'; miss: Miss } | { kind: 'later' };

/** So many that look alike are compared in full, and of those beyond the first few no more than so many bytes. */
const mostCompared = 8;
const leastCompared = 3;
const comparedBytes = 1 << 20;

const usual: MatchOptions = { rules: new MatchRules([]), order: 'any', onExhausted: 'repeat' };

/** A line to play: its bytes, when it came, and what follows it. */
export interface ScriptLine {
  bytes: Buffer;
  at: number;
  eol: string;
  isStray: boolean;
  /** The row of its last part, and the row that follows; -1 at the end. */
  row: number;
  next: number;
}

/** Recordings made ready to be played: one start-up, all invocations, the exits. */
export class Script {
  readonly #sources: ScriptSource[] = [];
  readonly #rules: MatchRules;
  readonly #matcher: Matcher<Invocation>;
  readonly #order: RecordedOrder | undefined;
  readonly #keys = new KeyStore();
  readonly #sketches = new Sketches<Invocation>();
  /** Requests that are still to be sketched: no answer waits for that. */
  #unsketched: { invocation: Invocation; asked: Asked }[] = [];
  readonly #kinds = new Map<string, number>();
  #isClosed = false;

  private constructor({ rules, order, onExhausted }: MatchOptions) {
    this.#rules = rules;
    this.#matcher = new Matcher(onExhausted);
    this.#order = order === 'recorded' ? new RecordedOrder(onExhausted) : undefined;
  }

  /**
   * Opens recordings and reads their beginnings, so far that it is known whether and how the plugin starts. The rest is
   * read by `readOn`.
   * @throws RepriseError where one can't be read, or was made in the text format
   */
  static async open(files: readonly string[], options = usual): Promise<Script> {
    const script = new Script(options);
    try {
      for (const file of files) {
        const reader = await openRecording(file);
        const source = new ScriptSource(reader, (asked, invocation) => script.#add(asked, invocation));
        script.#sources.push(source);
        source.advance();
        if (!script.isReady) while (!source.isReady && source.advance());
        refuseText(source);
      }
    } catch (error) {
      script.close();
      throw error;
    }
    return script;
  }

  /** Whether there is a recording in which the plugin became ready. */
  get isReady(): boolean {
    return this.#sources.some((source) => source.isReady);
  }

  /** The lines up to ready of the recording that is started from, and those after it that belong to nothing. */
  get startUp(): readonly StartUpLine[] {
    return this.#leader.startUp;
  }

  get isComplete(): boolean {
    return this.#sources.every((source) => source.isComplete);
  }

  /** Last lines that were cut off and are left out, in words. */
  get warnings(): string[] {
    const cut = this.#sources.filter(({ reader }) => reader.truncatedBytes > 0);
    return cut.map(
      ({ reader }) =>
        `${reader.file}:${reader.lines + 1}: the last line was cut off (${reader.truncatedBytes} bytes) and is skipped.`,
    );
  }

  /** Reads what is left, a slab at a time, and calls back after each. */
  async readOn(onProgress: () => void): Promise<void> {
    while (!this.#isClosed && this.#sources.some((source) => source.advance())) {
      onProgress();
      await nextTurn();
      this.#sketch();
    }
    if (!this.#isClosed) onProgress();
  }

  /** Chooses the recorded invocation for a request, and uses it up. */
  match(asked: Asked, connection: number): Match {
    const request = this.#rules.reduce(asked.request);
    const found = this.#matcher.find(this.#keys.find(matchKey(asked.type, asked.action, request)), connection);
    if (!this.isComplete && !isFinal(found, connection)) return { kind: 'later' };
    if (found === undefined) return { kind: 'missed', miss: { kind: 'unknown' } };
    const { candidate: invocation } = found;
    if (found.kind === 'exhausted')
      return { kind: 'missed', miss: { kind: 'exhausted', invocation, times: found.count } };
    if (this.#order !== undefined && !this.#order.take(invocation))
      return { kind: 'missed', miss: { kind: 'order', invocation, next: this.#order.next(invocation) } };
    invocation.uses++;
    return { kind: 'found', invocation };
  }

  /** The recorded invocations that are most like a request, of the same type and action; the nearest first. */
  near(asked: Asked): Compared<Invocation>[] {
    this.#sketch();
    const candidates: { item: Invocation; recorded: Asked }[] = [];
    let bytes = 0;
    for (const item of this.#sketches.nearest(sketched(asked, this.#rules.reduce(asked.request)), mostCompared)) {
      bytes += item.source.table.get(item.request).length;
      if (candidates.length >= leastCompared && bytes > comparedBytes) break;
      candidates.push({ item, recorded: item.source.readAsked(item) });
    }
    return rankNear(
      asked,
      candidates.filter(({ recorded }) => recorded.type === asked.type && recorded.action === asked.action),
      this.#rules,
    );
  }

  /** What was recorded, by type and action, and how often; only complete once all has been read. */
  get kinds(): ReadonlyMap<string, number> {
    return this.#kinds;
  }

  /** The recordings' files. */
  get files(): string[] {
    return this.#sources.map(({ reader }) => reader.file);
  }

  /** All invocations, those with equal requests together. */
  groups(): Iterable<readonly Invocation[]> {
    return this.#matcher.groups();
  }

  #sketch(): void {
    for (const { invocation, asked } of this.#unsketched) this.#sketches.add(invocation, asked);
    this.#unsketched = [];
  }

  #add(asked: Asked, invocation: Invocation): void {
    const { type, action } = asked;
    const request = this.#rules.reduce(asked.request);
    const isFirst = this.#matcher.add(this.#keys.add(matchKey(type, action, request)), invocation);
    if (isFirst) this.#unsketched.push({ invocation, asked: sketched(asked, request) });
    this.#order?.add(invocation);
    const kind = `${type} ${action}`;
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
  }

  /** The bytes of a row and of the parts that follow it. */
  readLine(source: ScriptSource, first: number): ScriptLine {
    const parts: Buffer[] = [];
    let row = first;
    let read = source.table.get(row);
    for (; read.isPart && read.next !== lastRow; read = source.table.get(row)) {
      parts.push(source.reader.readPayload(read));
      row = read.next;
    }
    parts.push(source.reader.readPayload(read));
    const { at, eol, isStray, next } = read;
    return {
      bytes: parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts),
      at,
      eol,
      isStray,
      row,
      next,
    };
  }

  /** A line of the start-up, by its row. */
  readStartUp(row: number): ScriptLine {
    return this.readLine(this.#leader, row);
  }

  /** The exit of the recording that is started from, where it comes after the start-up. */
  get startUpExit(): RecordedExit | undefined {
    const { exit } = this.#leader;
    return exit?.after.kind === 'start-up' ? exit : undefined;
  }

  /** The exit that comes after the `count`th refusal. */
  exitAfterRefusal(count: number): RecordedExit | undefined {
    return this.#sources
      .map(({ exit }) => exit)
      .find((exit) => exit?.after.kind === 'refusal' && exit.after.count === count);
  }

  close(): void {
    this.#isClosed = true;
    for (const { reader } of this.#sources) reader.close();
  }

  get #leader(): ScriptSource {
    const leader = this.#sources.find((source) => source.isReady) ?? this.#sources[0];
    if (leader === undefined)
      throw new RepriseError('usage', 'Failed to replay: no recording was given. Name a file or a folder.');
    return leader;
  }
}

/** What is left of a request to be compared; where that is no object, nothing. */
function sketched({ type, action }: Asked, request: ReturnType<MatchRules['reduce']>): Asked {
  return { type, action, request: typeof request === 'string' ? null : request };
}

/** What more there is to read can not bring a better one. */
function isFinal(found: Found<Invocation> | undefined, connection: number): boolean {
  return found?.kind === 'fresh' && found.candidate.connection === connection && found.candidate.hasEnded;
}

/** The exit that comes after a row of an invocation, -1 being its acknowledgement. */
export function exitAfter(invocation: Invocation, row: number): RecordedExit | undefined {
  const { exit } = invocation.source;
  return exit?.after.kind === 'invocation' && exit.after.invocation === invocation && exit.row === row
    ? exit
    : undefined;
}

function refuseText({ responseFormat, reader }: ScriptSource): void {
  if (responseFormat !== 'text') return;
  const { file } = reader;
  throw new RepriseError(
    'not-a-recording',
    `Failed to replay ${file}: it was recorded in the text format, which has no ids to tell answers apart. Record it again with \`-r json\`; it can then be replayed with \`-r text\`.`,
    { file },
  );
}
