import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import type { RecordResult } from '../recorder/record.ts';
import { renderCount } from './render-count.ts';

/** So many unfinished invocations are named. */
const mostNamed = 5;

/** One line that sums a session up, and names what never ended. */
export function renderRecordSummary({
  messages,
  bytes,
  invocations,
  duration,
  file,
  unfinished,
}: RecordResult): string {
  const sum = `${renderCount(messages, 'message')} (${prettyBytes(bytes)}) in ${renderCount(invocations, 'invocation')}, ${prettyMilliseconds(duration)}, kept in ${file}`;
  if (unfinished.length === 0) return sum;
  const names = unfinished.slice(0, mostNamed).map(({ id, action }) => `${JSON.stringify(id)} ${action}`);
  const more = unfinished.length > mostNamed ? `, and ${unfinished.length - mostNamed} more` : '';
  return `${sum}; never ended: ${names.join(', ')}${more}`;
}
