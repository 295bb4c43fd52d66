import type { Report } from '../replayer/report.ts';
import type { JournalsSum } from '../replayer/sum-journals.ts';
import type { CheckResult } from './check-recording.ts';
import { escapeText } from './escape-text.ts';
import { renderCount } from './render-count.ts';
import { nameInvocation, nameLine } from './render-report.ts';

/** GitHub shows no more than so many annotations of a step; the summary has more. */
const mostAnnotations = 10;
const mostListed = 100;

/** Workflow commands, which both streams of a step are searched for: a miss is an error, and in strict mode the rest too. */
export function renderAnnotations(report: Report, isStrict: boolean): string {
  const { missed, repeated, unused, faults } = report;
  const rest = [
    ...repeated.map((one) => ({ title: 'repeated', text: `${nameInvocation(one)} was given ${one.uses} times` })),
    ...unused.map((one) => ({ title: 'not used', text: `${nameInvocation(one)} was not used` })),
    ...idleOf(faults).map((fault) => ({ title: 'fault', text: `${fault} never acted` })),
  ];
  const all = [
    ...missed.map((one) => ({ title: `no match, ${nameLine(one)}`, text: escapeText(one.text) })),
    ...(isStrict ? rest : []),
  ];
  return all
    .slice(0, mostAnnotations)
    .map(({ title, text }) => `::error title=${escapeProperty(`reprise: ${title}`)}::${escapeData(text)}\n`)
    .join('');
}

/** What was found in a file, at its lines; what was found in an archive, at the archive. */
export function renderFindingAnnotations(
  { file, findings }: Pick<CheckResult, 'file' | 'findings'>,
  bundle?: string,
): string {
  const isPacked = bundle !== undefined && file.startsWith(`${bundle}#`);
  return findings
    .slice(0, mostAnnotations)
    .map(({ kind, line, text }) => {
      const place = isPacked ? `file=${escapeProperty(bundle)}` : `file=${escapeProperty(file)},line=${line}`;
      const told = isPacked ? `${file.slice(bundle.length + 1)}:${line}: ${text}` : text;
      return `::error ${place},title=${escapeProperty(`reprise: ${kind}`)}::${escapeData(escapeText(told))}\n`;
    })
    .join('');
}

/** Markdown for the page of the run. */
export function renderStepSummary({ report, processes }: JournalsSum, isStrict: boolean): string {
  const { counts, missed, repeated, unused, faults } = report;
  const rows = Object.entries(counts).map(([name, count]) => `| ${name} | ${count} |`);
  return [
    `### reprise: ${report.ok ? 'all as recorded' : 'not all as recorded'}`,
    '',
    `${renderCount(processes, 'replay')}${isStrict ? ', strict' : ''}.`,
    '',
    '| what | how many |',
    '| --- | ---: |',
    ...rows,
    ...renderList(
      'No match',
      missed.map((one) => `${nameLine(one)}: ${one.text}`),
    ),
    ...renderList(
      'Repeated',
      repeated.map((one) => `${nameInvocation(one)}, ${one.uses} times`),
    ),
    ...renderList('Not used', unused.map(nameInvocation)),
    ...renderList('Faults that never acted', idleOf(faults)),
    '',
    '',
  ].join('\n');
}

function idleOf(faults: Report['faults']): string[] {
  return faults.filter(({ fired }) => fired === 0).map(({ fault }) => escapeText(fault));
}

function renderList(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const more = items.length > mostListed ? [`- and ${items.length - mostListed} more`] : [];
  return ['', `**${title}**`, '', ...items.slice(0, mostListed).map((item) => `- \`${withoutTicks(item)}\``), ...more];
}

/** In Markdown's code nothing is markup but its own ticks. */
function withoutTicks(text: string): string {
  return escapeText(text).replaceAll('`', "'");
}

/** As the toolkit of GitHub Actions escapes what follows `::`. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
