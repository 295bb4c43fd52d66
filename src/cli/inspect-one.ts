import { nextTurn } from '../foundation/clock.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import { showPlaces } from '../foundation/places.ts';
import type { RecordingReader } from '../recording/recording-reader.ts';
import type { Progress } from './progress.ts';
import { describeRow, renderJsonLine, toJson } from './render-inspect-json.ts';
import type { ShownLine } from './render-inspect.ts';
import { renderLine, renderLineHead, renderRowSum } from './render-inspect.ts';
import type { ResultOutput } from './result-output.ts';
import type { InvocationRow } from './session-summary.ts';
import { SessionSummary } from './session-summary.ts';
import type { Happening } from './session-walk.ts';
import { SessionWalk } from './session-walk.ts';

/** What inspecting needs, whatever it shows. */
export interface Show {
  reader: RecordingReader;
  output: ResultOutput;
  progress: Progress;
  isJson: boolean;
}

/**
 * Shows the request of one invocation and every line that answers it, with its time since the acknowledgement.
 * @throws RepriseError where there is no such invocation
 */
export async function inspectOne({ reader, output, progress, isJson }: Show, number: number): Promise<void> {
  const walk = new SessionWalk(reader);
  const summary = new SessionSummary();
  const lines = new OneInvocation(
    number,
    isJson ? renderJsonLine : (line, isFirst) => (isFirst ? renderLineHead(output) : '') + renderLine(line, output),
  );
  let goesOn = true;
  while (goesOn && !lines.isOver && !output.isClosed) {
    goesOn = reader.scan((line) => {
      const happening = walk.take(line);
      lines.take(happening, summary.take(happening));
    });
    summary.shift(1); // the other rows are of no use
    progress.update(reader.position);
    if (!goesOn) lines.finish();
    if (lines.hasText) {
      if (output.width !== undefined) progress.stop(); // what is printed would run into it
      await output.write(lines.shift(isJson ? `{"file":${toJson(showPlaces(reader.file))},"lines":[` : ''));
    }
    await nextTurn();
  }
  const { row } = lines;
  if (row === undefined) throw explainMissing(reader.file, number, summary.count);
  await output.write(isJson ? `\n],"invocation":${toJson(describeRow(row))}}\n` : renderRowSum(row));
}

/** Makes text of one invocation's lines, as they come by. */
class OneInvocation {
  row: InvocationRow | undefined;
  isOver = false;
  readonly #number: number;
  readonly #render: (line: ShownLine, isFirst: boolean) => string;
  #request: ShownLine | undefined;
  #text = '';
  #hasStarted = false;

  constructor(number: number, render: (line: ShownLine, isFirst: boolean) => string) {
    this.#number = number;
    this.#render = render;
  }

  get hasText(): boolean {
    return this.#text !== '';
  }

  /** @param row the row that the line belongs to */
  take(happening: Happening, row: InvocationRow | undefined): void {
    if (row?.number !== this.#number || this.isOver) return;
    this.row = row;
    if (happening.kind === 'request') {
      const { line, payload, size } = happening;
      // Its time is told by the acknowledgement, which is still to come.
      this.#request = { kind: 'request', detail: '', line, payload: Buffer.from(payload), size, time: undefined };
    } else if (happening.kind === 'plugin') this.#takeAnswer(happening, row);
  }

  /** The recording is over: a request that nothing came for is shown too. */
  finish(): void {
    this.#showRequest(undefined);
  }

  /** What there is of text, with `start` before the first of it. */
  shift(start: string): string {
    const text = this.#hasStarted ? this.#text : start + this.#text;
    this.#hasStarted = true;
    this.#text = '';
    return text;
  }

  #takeAnswer({ role, line, payload, size }: Extract<Happening, { kind: 'plugin' }>, row: InvocationRow): void {
    this.#showRequest(row.acknowledgedAt);
    const time = row.acknowledgedAt === undefined ? undefined : line.at - row.acknowledgedAt;
    const detail = role.kind === 'response' ? ` ${row.messages}` : '';
    this.#show({ kind: role.kind, detail: line.part ? `${detail}, part` : detail, line, payload, size, time });
    this.isOver = (role.kind === 'end' || role.kind === 'refusal') && !line.part;
  }

  #showRequest(acknowledgedAt: number | undefined): void {
    const request = this.#request;
    if (request === undefined) return;
    this.#request = undefined;
    this.#show({ ...request, time: acknowledgedAt === undefined ? undefined : request.line.at - acknowledgedAt });
  }

  #show(line: ShownLine): void {
    this.#text += this.#render(line, !this.#hasStarted && this.#text === '');
  }
}

function explainMissing(file: string, number: number, count: number): RepriseError {
  const advice = count === 0 ? 'Its client sent nothing.' : `Give a number from 1 to ${count}.`;
  return new RepriseError('not-found', `Failed to inspect ${file}: there is no invocation ${number}. ${advice}`, {
    file,
  });
}
