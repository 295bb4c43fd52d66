import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import type { Header } from '../recording/header.ts';
import type { MessageLine } from '../recording/recorded-line.ts';
import { escapeText, shorten } from './escape-text.ts';
import type { Column } from './render-table.ts';
import { renderTable } from './render-table.ts';
import type { Paint } from './paint.ts';
import type { ResultOutput } from './result-output.ts';
import type { InvocationRow, Outcome, SessionFrame } from './session-summary.ts';
import { renderCount } from './render-count.ts';

/** One line of an invocation. */
export interface ShownLine {
  kind: string;
  /** What follows the kind, for people: which of the responses it is, or that it is a part. */
  detail: string;
  line: MessageLine;
  /** Without its ending. */
  payload: Buffer;
  /** Bytes as they went over the wire. */
  size: number;
  /** Milliseconds since the acknowledgement; undefined where there is none. */
  time: number | undefined;
}

const columns: readonly Column[] = [
  { head: '#', isNumber: true },
  { head: 'connection' },
  { head: 'id' },
  { head: 'type' },
  { head: 'action' },
  { head: 'tool or model' },
  { head: 'messages', isNumber: true },
  { head: 'bytes', isNumber: true },
  { head: 'first ms', isNumber: true },
  { head: 'length ms', isNumber: true },
  { head: 'outcome' },
];
const longestName = 36;
const longestError = 60;
const colours = {
  ended: 'green',
  error: 'red',
  refused: 'red',
  unfinished: 'yellow',
  unknown: 'gray',
} as const satisfies Record<Outcome, string>;

/** What the recording is of, in a line. */
export function renderTitle(file: string, { recorded_at, command }: Header, size: number): string {
  return `${escapeText(file)}: ${prettyBytes(size)}, recorded ${escapeText(recorded_at)}: ${shorten(command.join(' '), 120)}\n`;
}

/** How the plugin started, in a line. */
export function renderStartUp({
  readyAt,
  startUpLines,
  startUpError,
  transport,
  responseFormat,
  plugin,
}: SessionFrame): string {
  const name = plugin === undefined ? '' : `, ${escapeText(namePlugin(plugin))}`;
  const how = [transport, responseFormat].filter((word) => word !== undefined).join(', ');
  const error = startUpError === undefined ? '' : `; error: ${shorten(startUpError, 200)}`;
  const ready = readyAt === undefined ? 'never ready' : `ready after ${prettyMilliseconds(readyAt)}`;
  return `start-up: ${ready}, ${renderCount(startUpLines, 'line')}${how === '' ? '' : `, ${how}`}${name}${error}\n`;
}

/** `langgenius/time:0.0.6`, as the recording has it. */
export function namePlugin({ author, name, version }: Readonly<Record<string, unknown>>): string {
  return `${String(author)}/${String(name)}:${String(version)}`;
}

/** How the session ended, in a line. */
export function renderEnd({ signal, exit, endReason, lastAt, responseFormat }: SessionFrame, lines: number): string {
  const parts = [
    signal === undefined
      ? undefined
      : `${escapeText(signal.name)} from the client after ${prettyMilliseconds(signal.at)}`,
    exit === undefined
      ? undefined
      : `exit ${exit.code ?? escapeText(exit.signal ?? '')} after ${prettyMilliseconds(exit.at)}`,
    endReason === undefined
      ? `interrupted after ${prettyMilliseconds(lastAt)}: the file is not sealed`
      : `sealed (${escapeText(endReason)})`,
    renderCount(lines, 'line'),
  ];
  const text =
    responseFormat === 'text'
      ? 'text format: answers have no ids, so that none is given to its invocation, and it can not be replayed\n'
      : '';
  return `${text}end: ${parts.filter((part) => part !== undefined).join(', ')}\n`;
}

/** That equal requests have different answers, in a line, where some have. */
export function renderAmbiguity(count: number): string {
  return count === 0
    ? ''
    : `ambiguous: ${renderCount(count, 'request')} equal to another one with another answer; they are answered in recorded order\n`;
}

/** The invocations, a row each. */
export function renderRows(rows: readonly InvocationRow[], paint: Paint): string {
  return renderTable(
    columns,
    rows.map((row) => renderCells(row, paint)),
    paint,
  );
}

/** What each line of an invocation begins with, which is known: the id, the type, and the key of the response. */
const envelope = /^\{"invoke_id":"(?:[^"\\]|\\.)*","type":"[^"\\]*",(?:"response":)?/;
const longestEnvelope = 1024;

/** What stands over the lines of an invocation. */
export function renderLineHead({ paint }: Pick<ResultOutput, 'paint'>): string {
  return `${paint('bold', `${'time'.padStart(10)}     ${'line'.padEnd(16)} ${'bytes'.padStart(9)}  times are counted from the acknowledgement`)}\n`;
}

/**
 * One line of an invocation: its time since the acknowledgement, what it is, its bytes, and of what it says as much as
 * fits the terminal, or all where there is none.
 */
export function renderLine(
  { kind, detail, payload, size, time }: ShownLine,
  { paint, width = Infinity }: Pick<ResultOutput, 'paint' | 'width'>,
): string {
  const ms = time === undefined ? '?' : time.toFixed(1);
  const bytes = prettyBytes(size);
  const room = Math.max(width - 46, 20);
  const text = shorten(withoutEnvelope(payload.subarray(0, room * 4 + longestEnvelope).toString()), room);
  return `${ms.padStart(10)} ms  ${paint('bold', `${kind}${detail}`.padEnd(16))} ${bytes.padStart(9)}  ${text}\n`;
}

function withoutEnvelope(text: string): string {
  const start = envelope.exec(text)?.[0] ?? '';
  return start !== '' && text.endsWith('}}') ? text.slice(start.length, -1) : text.slice(start.length);
}

/** One invocation in a line, when it has been shown whole. */
export function renderRowSum(row: InvocationRow): string {
  const { outcome, messages, bytes, error } = row;
  const why = error === undefined || error === '' ? '' : `: ${shorten(error, 200)}`;
  const length = lengthOf(row);
  const time = length === undefined ? '' : `, ${length.toFixed(1)} ms`;
  return `${outcome}${why}; ${renderCount(messages, 'message')}, ${prettyBytes(bytes)}${time}\n`;
}

/** Milliseconds from the acknowledgement to the first message. */
export function firstAfterOf({ acknowledgedAt, firstAt }: InvocationRow): number | undefined {
  return acknowledgedAt === undefined || firstAt === undefined ? undefined : firstAt - acknowledgedAt;
}

/** Milliseconds from the acknowledgement to the last line. */
export function lengthOf({ acknowledgedAt, lastAt }: InvocationRow): number | undefined {
  return acknowledgedAt === undefined || lastAt === undefined ? undefined : lastAt - acknowledgedAt;
}

function renderCells(row: InvocationRow, paint: Paint): string[] {
  const { number, connection, id, type, action, tool, messages, bytes, outcome, error, ambiguousWith } = row;
  const other = ambiguousWith === undefined ? '' : paint('yellow', `, ambiguous with #${ambiguousWith}`);
  const why = error === undefined || error === '' ? '' : `: ${shorten(error, longestError)}`;
  const names = [id, type, action, tool].map((text) => shorten(text, longestName));
  const answer = outcome === 'unknown' ? ['', ''] : [String(messages), prettyBytes(bytes)];
  const times = [firstAfterOf(row), lengthOf(row)].map((time) => time?.toFixed(1) ?? '');
  return [
    String(number),
    connection === 0 ? 'stdio' : String(connection),
    ...names,
    ...answer,
    ...times,
    `${paint(colours[outcome], outcome)}${other}${why}`,
  ];
}
