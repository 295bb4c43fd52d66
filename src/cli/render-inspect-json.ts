import type { Header } from '../recording/header.ts';
import { escapeJson } from './escape-text.ts';
import type { ShownLine } from './render-inspect.ts';
import { firstAfterOf, lengthOf } from './render-inspect.ts';
import type { InvocationRow, SessionFrame } from './session-summary.ts';

/** The document comes in pieces, so that it need not be in memory whole: this one opens it. */
export function renderJsonStart(file: string, header: Header): string {
  return `{"file":${toJson(file)},"header":${toJson(header)},"invocations":[`;
}

/** Rows of the list. */
export function renderJsonRows(rows: readonly InvocationRow[], isFirst: boolean): string {
  const list = rows.map((row) => `\n${toJson(describeRow(row))}`).join(',');
  return isFirst || list === '' ? list : `,${list}`;
}

/** Closes the document. */
export function renderJsonEnd(
  frame: SessionFrame,
  { lines, truncatedBytes }: { lines: number; truncatedBytes: number },
): string {
  const { transport, responseFormat, plugin, readyAt, startUpLines, startUpError, signal, exit, endReason } = frame;
  const startUp = { ready_at: readyAt ?? null, lines: startUpLines, error: startUpError ?? null };
  const end = {
    signal: signal ?? null,
    exit: exit === undefined ? null : { at: exit.at, code: exit.code ?? null, signal: exit.signal ?? null },
    sealed: endReason !== undefined,
    reason: endReason ?? null,
    lines,
    truncated_bytes: truncatedBytes,
  };
  const about = { transport: transport ?? null, response_format: responseFormat ?? null, plugin: plugin ?? null };
  return `\n],"about":${toJson(about)},"start_up":${toJson(startUp)},"end":${toJson(end)}}\n`;
}

/** One line of an invocation, whole: a message's own JSON, with every digit of its numbers. */
export function renderJsonLine({ kind, line, payload, size, time }: ShownLine, isFirst: boolean): string {
  const head = { kind, line: line.line, at: line.at, after_acknowledgement: roundTime(time), bytes: size };
  const value =
    line.payload === 'message'
      ? escapeJson(payload.toString())
      : toJson(payload.toString(line.payload === 'text' ? 'utf8' : 'base64'));
  return `${isFirst ? '' : ','}\n${toJson(head).slice(0, -1)},"${line.payload}":${value}}`;
}

/** A row with the names of the format. */
export function describeRow(row: InvocationRow): Record<string, unknown> {
  return {
    number: row.number,
    line: row.line,
    connection: row.connection === 0 ? null : row.connection,
    id: row.id,
    type: row.type,
    action: row.action,
    tool: row.tool,
    messages: row.messages,
    bytes: row.bytes,
    acknowledged_at: row.acknowledgedAt ?? null,
    first_message_after: roundTime(firstAfterOf(row)),
    length: roundTime(lengthOf(row)),
    outcome: row.outcome,
    error: row.error ?? null,
    ambiguous_with: row.ambiguousWith ?? null,
  };
}

/** JSON that is safe on a terminal too. */
export function toJson(value: unknown): string {
  return escapeJson(JSON.stringify(value));
}

/** A difference of times with microsecond digits, as the file has them. */
function roundTime(time: number | undefined): number | null {
  return time === undefined ? null : Math.round(time * 1000) / 1000;
}
