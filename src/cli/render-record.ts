import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import type { RecordResult } from '../recorder/start-recording.ts';
import { renderCount } from './render-count.ts';

/** So many unfinished invocations are named. */
const mostNamed = 5;
const longestKind = 40;

/** One line that sums a session up, and names what never ended. */
export function renderRecordSummary({
  messages,
  bytes,
  invocations,
  duration,
  file,
  unfinished,
  redacted,
  secrets,
}: RecordResult): string {
  const sum = `${renderCount(messages, 'message')} (${prettyBytes(bytes)}) in ${renderCount(invocations, 'invocation')}, ${prettyMilliseconds(duration)}, kept in ${file}${renderRedacted(redacted, secrets)}`;
  if (unfinished.length === 0) return sum;
  const names = unfinished.slice(0, mostNamed).map(({ id, action }) => `${JSON.stringify(id)} ${action}`);
  const more = unfinished.length > mostNamed ? `, and ${unfinished.length - mostNamed} more` : '';
  return `${sum}; never ended: ${names.join(', ')}${more}`;
}

/** How many secrets were replaced, and how often, by kind, the most frequent first. */
export function renderRedacted(counts: ReadonlyMap<string, number>, secrets: number): string {
  if (counts.size === 0) return '';
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a);
  const told = sorted.slice(0, mostNamed).map(([kind, count]) => `${count} ${kind.slice(0, longestKind)}`);
  const more = sorted.length > mostNamed ? `, and ${sorted.length - mostNamed} more kinds` : '';
  const sum = sorted.reduce((all, [, count]) => all + count, 0);
  const places = sum === secrets ? '' : ` in ${renderCount(sum, 'place')}`;
  return `; ${renderCount(secrets, 'secret')} redacted${places}: ${told.join(', ')}${more}`;
}
