import { isJsonObject } from '../foundation/parse-json.ts';
import { textOf } from '../foundation/option-values.ts';
import { parseAnnouncement } from '../protocol/announcement.ts';
import type { Exchange } from '../protocol/attribution.ts';
import type { EventLine } from '../recording/recorded-line.ts';
import { explainErrorLine } from './explain-error-line.ts';
import type { Happening } from './session-walk.ts';

/** How an invocation came out. `unknown`: recorded in the text format, in which answers have no ids. */
export type Outcome = 'ended' | 'error' | 'refused' | 'unfinished' | 'unknown';

/** One request and what answered it, in a few numbers; times are milliseconds since the recording began. */
export interface InvocationRow {
  /** The client's line, counted from 1 over the session. */
  number: number;
  /** The request's line in the file. */
  line: number;
  /** 0 for stdio. */
  connection: number;
  id: string;
  type: string;
  action: string;
  /** The tool or model that the request names, or else the provider. */
  tool: string;
  /** Responses and errors, without acknowledgement and end, and their bytes with their endings. */
  messages: number;
  bytes: number;
  acknowledgedAt: number | undefined;
  firstAt: number | undefined;
  lastAt: number | undefined;
  outcome: Outcome;
  /** What went wrong, in the plugin's or the program's words. */
  error: string | undefined;
  /** The number of another one with an equal request and another answer. */
  ambiguousWith: number | undefined;
}

/** How the session began and how it ended. */
export interface SessionFrame {
  transport: string | undefined;
  responseFormat: string | undefined;
  plugin: Readonly<Record<string, unknown>> | undefined;
  /** The test that it was recorded for. */
  session: string | undefined;
  /** Lines of the plugin's before it was ready, its stderr left out. */
  startUpLines: number;
  readyAt: number | undefined;
  startUpError: string | undefined;
  signal: { at: number; name: string } | undefined;
  exit: { at: number; code: number | undefined; signal: string | undefined } | undefined;
  /** The seal's reason; undefined where the recording is interrupted. */
  endReason: string | undefined;
  lastAt: number;
}

interface Entry {
  row: InvocationRow;
  isDone: boolean;
}

/** So many rows wait for one that goes on and on. */
const mostWaiting = 10_000;
/** A text of a request is shown, not kept whole. */
const longestText = 200;

/**
 * Sums a session up. A row goes out as soon as it and all before it are complete, so that of a long session only what
 * has not gone out yet is kept.
 */
export class SessionSummary {
  readonly frame: SessionFrame = {
    transport: undefined,
    responseFormat: undefined,
    plugin: undefined,
    session: undefined,
    startUpLines: 0,
    readyAt: undefined,
    startUpError: undefined,
    signal: undefined,
    exit: undefined,
    endReason: undefined,
    lastAt: 0,
  };
  /** The number of the last row. */
  count = 0;
  readonly #running = new Map<Exchange, Entry>();
  #waiting: Entry[] = [];
  /** So many of them, from the first, are complete. */
  #done = 0;

  /** @returns the row that a line belongs to, as it is now */
  take(happening: Happening): InvocationRow | undefined {
    this.frame.lastAt = happening.line.at;
    if (happening.kind === 'request') return this.#open(happening);
    if (happening.kind === 'plugin') return this.#takePlugin(happening);
    if (happening.kind === 'event') this.#takeEvent(happening.line);
    else if (happening.kind === 'text') this.#takeText(happening);
    return undefined;
  }

  /**
   * The rows that are complete, in order, `atLeast` so many or none. An invocation that outlasts many others does not
   * hold them up: it comes out of its order.
   */
  shift(atLeast: number): InvocationRow[] {
    while (this.#waiting[this.#done]?.isDone === true) this.#done++;
    if (this.#done >= atLeast) return this.#cut(this.#done);
    if (this.#waiting.length < mostWaiting) return [];
    const [done, running] = [true, false].map((isDone) => this.#waiting.filter((entry) => entry.isDone === isDone));
    this.#waiting = [...(done ?? []), ...(running ?? [])];
    return this.#cut(done?.length ?? 0);
  }

  /** The session is over: all that is left. */
  finish(): InvocationRow[] {
    for (const { row } of this.#running.values())
      if (row.acknowledgedAt === undefined && row.lastAt === undefined && this.frame.responseFormat !== 'text')
        row.error ??= 'never read: the session ended before';
    return this.#cut(this.#waiting.length);
  }

  #cut(count: number): InvocationRow[] {
    const rows = this.#waiting.slice(0, count).map(({ row }) => row);
    this.#waiting = this.#waiting.slice(count);
    this.#done = 0;
    if (this.frame.responseFormat === 'text') for (const row of rows) row.outcome = 'unknown';
    return rows;
  }

  #takeEvent({ event, fields, at }: EventLine): void {
    const { frame } = this;
    if (event === 'about') {
      frame.transport = textOf(fields['transport']) ?? frame.transport;
      frame.responseFormat = textOf(fields['response_format']) ?? frame.responseFormat;
      frame.session = textOf(fields['session']) ?? frame.session;
      if (isJsonObject(fields['plugin'])) frame.plugin = fields['plugin'];
    } else if (event === 'signal') frame.signal ??= { at, name: String(fields['signal']) };
    else if (event === 'exit') frame.exit = { at, code: numberOf(fields['code']), signal: textOf(fields['signal']) };
    else if (event === 'end') frame.endReason = String(fields['reason']);
  }

  #open({ line, of, request }: Extract<Happening, { kind: 'request' }>): InvocationRow {
    const asked = request?.kind === 'request' ? request : undefined;
    const row: InvocationRow = {
      number: of.number,
      line: line.line,
      connection: of.connection,
      id: keep(request?.id),
      type: keep(asked?.type),
      action: keep(asked?.action),
      tool: keep(asked?.request?.['tool'] ?? asked?.request?.['model'] ?? asked?.request?.['provider']),
      messages: 0,
      bytes: 0,
      acknowledgedAt: undefined,
      firstAt: undefined,
      lastAt: undefined,
      outcome: of.outcome === 'refused' ? 'refused' : 'unfinished',
      error: of.outcome === 'unread' ? 'never read: a line of its connection was over 15 MiB' : undefined,
      ambiguousWith: undefined,
    };
    this.count++;
    const entry = { row, isDone: of.outcome === 'unread' };
    this.#waiting.push(entry);
    if (!entry.isDone) this.#running.set(of, entry);
    return row;
  }

  #takePlugin(happening: Extract<Happening, { kind: 'plugin' }>): InvocationRow | undefined {
    const { role, line } = happening;
    if (!('of' in role)) {
      if (this.frame.readyAt === undefined) this.#takeStartUp(happening);
      return undefined;
    }
    const entry = this.#running.get(role.of);
    if (entry === undefined) return undefined;
    addAnswer(entry.row, happening);
    if ((role.kind === 'end' || role.kind === 'refusal') && !line.part) {
      entry.isDone = true;
      this.#running.delete(role.of);
    }
    return entry.row;
  }

  #takeStartUp({ role, line, payload, isRest }: Extract<Happening, { kind: 'plugin' }>): void {
    const { frame } = this;
    if (!isRest) frame.startUpLines++;
    if (role.kind === 'ready' || role.kind === 'announcement') frame.readyAt = line.at;
    else if (role.kind === 'start-up') frame.startUpError = explainErrorLine(payload) ?? frame.startUpError;
  }

  /** Also in the text format it can be seen when the plugin is ready. */
  #takeText({ line, payload }: Extract<Happening, { kind: 'text' }>): void {
    const { frame } = this;
    if (frame.readyAt !== undefined) return;
    frame.startUpLines++;
    const start = payload.toString('latin1', 0, longestText);
    if (start.startsWith('[plugin_ready] ') || parseAnnouncement(start) !== undefined) frame.readyAt = line.at;
    else if (start.includes(': [ERROR]'))
      frame.startUpError = payload.toString('utf8', start.indexOf(': [ERROR]') + ': [ERROR]'.length);
  }
}

function addAnswer(
  row: InvocationRow,
  { role, line, payload, size, isRest }: Extract<Happening, { kind: 'plugin' }>,
): void {
  if (role.kind === 'acknowledgement') {
    row.acknowledgedAt = line.at;
    return;
  }
  row.lastAt = line.at;
  if (role.kind === 'error' || role.kind === 'refusal') row.error = explainErrorLine(payload) ?? row.error ?? '';
  if (role.kind === 'end') {
    row.outcome = row.error === undefined ? 'ended' : 'error';
    return;
  }
  row.firstAt ??= line.at;
  row.bytes += size;
  if (!isRest) row.messages++;
}

/** A short copy, since a part of a text would hold the whole of it in memory. */
function keep(value: unknown): string {
  return typeof value === 'string' ? Buffer.from(value.slice(0, longestText)).toString() : '';
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
