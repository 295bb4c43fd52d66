import { escapeText, shorten } from './escape-text.ts';
import type { Paint } from './paint.ts';
import { toJson } from './render-inspect-json.ts';
import { namePlugin } from './render-inspect.ts';
import type { Column } from './render-table.ts';
import { renderTable } from './render-table.ts';
import type { SessionFrame } from './session-summary.ts';

/** A recording among others. */
export interface RecordingRow {
  file: string;
  frame: SessionFrame;
  invocations: number;
  /** How often each action was asked for. */
  actions: ReadonlyMap<string, number>;
}

const columns: readonly Column[] = [
  { head: 'recording' },
  { head: 'plugin' },
  { head: 'session' },
  { head: 'format' },
  { head: 'invocations', isNumber: true },
  { head: 'actions' },
  { head: 'sealed' },
];
const longestName = 60;

/** Recordings, a row each. */
export function renderOverview(rows: readonly RecordingRow[], paint: Paint): string {
  return renderTable(
    columns,
    rows.map((row) => renderCells(row, paint)),
    paint,
  );
}

/** The same for programs, with the names of the format. */
export function renderOverviewJson(rows: readonly RecordingRow[]): string {
  const list = rows.map(({ file, frame, invocations, actions }) => ({
    file,
    plugin: frame.plugin ?? null,
    session: frame.session ?? null,
    transport: frame.transport ?? null,
    response_format: frame.responseFormat ?? null,
    invocations,
    actions: Object.fromEntries(actions),
    sealed: frame.endReason !== undefined,
  }));
  return `{"recordings":[${list.map((one) => `\n${toJson(one)}`).join(',')}\n]}\n`;
}

function renderCells({ file, frame, invocations, actions }: RecordingRow, paint: Paint): string[] {
  const counted = [...actions].map(([action, count]) => (count === 1 ? action : `${action} ×${count}`));
  return [
    escapeText(file),
    frame.plugin === undefined ? '' : shorten(namePlugin(frame.plugin), longestName),
    shorten(frame.session ?? '', longestName),
    [frame.transport, frame.responseFormat].filter((word) => word !== undefined).join(', '),
    String(invocations),
    shorten(counted.join(', '), longestName),
    frame.endReason === undefined ? paint('yellow', 'no') : 'yes',
  ];
}
