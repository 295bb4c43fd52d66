import { basename } from 'node:path';
import type { Report, ReportedInvocation, ReportedLine } from '../replayer/report.ts';
import type { JournalsSum } from '../replayer/sum-journals.ts';
import { escapeText } from './escape-text.ts';
import type { Paint } from './paint.ts';
import { renderCount } from './render-count.ts';

/** What became of what, in a line; `isStrict` names each that is not as it should be. */
export function renderReport(report: Report, isStrict: boolean, paint: Paint): string {
  const { counts, complete, ok } = report;
  const unused = complete ? `${counts.unused} not used` : 'not read to the end';
  const sum = [
    `${counts.used} of ${renderCount(counts.invocations, 'invocation')} used`,
    `${counts.repeated} repeated`,
    unused,
    `${counts.missed} missed`,
    `${counts.refused} refused`,
    ...(counts.idle === 0 ? [] : [`${renderCount(counts.idle, 'fault')} never acted`]),
  ].join(', ');
  const mark = ok || !isStrict ? '' : `${paint('red', 'not as recorded')}: `;
  return [`reprise: ${mark}${sum}`, ...(isStrict ? nameAll(report) : idleFaults(report.faults))]
    .map((line) => `${line}\n`)
    .join('');
}

/** The sum of many replays, for people. Misses are always told, one a line. */
export function renderSuiteReport({ report, processes, cutOff }: JournalsSum, isStrict: boolean, paint: Paint): string {
  const misses = isStrict ? [] : report.missed.map((one) => `  ${renderMissed(one)}`);
  const lines = [`reprise: ${renderCount(processes, 'replay')}${renderCutOff(cutOff)}`, ...misses].map(
    (line) => `${line}\n`,
  );
  return lines.join('') + renderReport(report, isStrict, paint);
}

/** A line for each that was repeated, not used, or missed. */
function nameAll({ repeated, unused, missed, faults, counts }: Report): string[] {
  return [
    ...missed.map((one) => `  ${renderMissed(one)}`),
    ...more(counts.missed - missed.length, 'missed'),
    ...repeated.map((one) => `  repeated ${nameInvocation(one)}, given ${one.uses} times`),
    ...more(counts.repeated - repeated.length, 'repeated'),
    ...unused.map((one) => `  not used ${nameInvocation(one)}`),
    ...more(counts.unused - unused.length, 'not used'),
    ...idleFaults(faults),
  ];
}

/** A line for each fault that never acted. */
function idleFaults(faults: Report['faults']): string[] {
  return faults.filter(({ fired }) => fired === 0).map(({ fault }) => `  never acted ${escapeText(fault)}`);
}

/** `time.jsonl#3 invoke_tool current_time`. */
export function nameInvocation({ recording, invocation, action, subject }: ReportedInvocation): string {
  const what = subject === '' ? action : `${action} ${subject}`;
  return escapeText(`${basename(recording)}#${invocation} ${what}`);
}

/** Where a line was asked. */
export function nameLine({ asked, session, journal }: ReportedLine): string {
  const where = session ?? (journal === undefined ? undefined : basename(journal));
  return escapeText(`request ${asked}${where === undefined ? '' : ` in ${where}`}`);
}

const mostCutOff = 5;

function renderCutOff(names: readonly string[]): string {
  if (names.length === 0) return '';
  const told = names.slice(0, mostCutOff).map(escapeText).join(', ');
  return `, ${names.length} cut off (${told}${names.length > mostCutOff ? ', …' : ''})`;
}

function renderMissed(one: Report['missed'][number]): string {
  return `missed   ${nameLine(one)}: ${escapeText(one.text.replace(/^reprise: /, ''))}`;
}

function more(count: number, what: string): string[] {
  return count > 0 ? [`  and ${count} more ${what}`] : [];
}
