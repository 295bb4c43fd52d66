import { nextTurn } from '../foundation/clock.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import { openRecording } from '../recording/recording-reader.ts';
import type { KeyedRequest, Match, MatchOptions } from './invocation-index.ts';
import { InvocationIndex, usualMatching } from './invocation-index.ts';
import type { Invocation, RecordedExit, StartUpLine } from './script-source.ts';
import { ScriptSource } from './script-source.ts';

const lastRow = -1;

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
  /** All invocations, to be found by their requests. */
  readonly index: InvocationIndex;
  #isClosed = false;

  private constructor(options: MatchOptions) {
    this.index = new InvocationIndex(options);
  }

  /**
   * Opens recordings and reads their beginnings, so far that it is known whether and how the plugin starts. The rest is
   * read by `readOn`.
   * @throws RepriseError where one can't be read, or was made in the text format
   */
  static async open(files: readonly string[], options = usualMatching): Promise<Script> {
    const script = new Script(options);
    try {
      for (const file of files) {
        const reader = await openRecording(file);
        const source = new ScriptSource(reader, (asked, invocation) => script.index.add(asked, invocation));
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

  /** The recording that is started from. */
  get startUpFile(): string {
    return this.#leader.reader.file;
  }

  get isComplete(): boolean {
    return this.#sources.every((source) => source.isComplete);
  }

  /** Last lines that were cut off and are left out, in words. */
  get warnings(): string[] {
    return [...this.#explainNeverReady(), ...this.#explainCutLines()];
  }

  /** A failed start-up has its exit; without one there is nothing to tell a client that it waits in vain. */
  #explainNeverReady(): string[] {
    if (this.isReady || this.startUpExit !== undefined) return [];
    return [
      `${this.startUpFile}: the recording ends before the plugin was ready, and so does the replay: it never will be.`,
    ];
  }

  #explainCutLines(): string[] {
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
      this.index.sketch();
    }
    if (!this.#isClosed) onProgress();
  }

  /** Chooses the recorded invocation for a request, and uses it up. */
  match(asked: KeyedRequest, connection: number): Match {
    return this.index.match(asked, connection, this.isComplete);
  }

  /** The recordings' files. */
  get files(): string[] {
    return this.#sources.map(({ reader }) => reader.file);
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

  /** The exit of the recording that is started from, where its input's end brought it. */
  get exitAtEnd(): RecordedExit | undefined {
    const { exit } = this.#leader;
    return exit?.after.kind === 'end-of-input' ? exit : undefined;
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
