import type { CheckResult } from './check-recording.ts';
import { escapeText } from './escape-text.ts';
import { toJson } from './render-inspect-json.ts';
import type { Paint } from './paint.ts';
import { renderCount } from './render-count.ts';

/** What was found, a line each, as compilers write it, and a line that sums it up. */
export function renderCheck(result: CheckResult, paint: Paint): string {
  const { findings, findingCount, unfinished, unfinishedCount, isText } = result;
  const file = escapeText(result.file);
  const lines = [
    ...findings.map(({ kind, line, text }) => `${file}:${line}: ${paint('red', kind)}: ${escapeText(text)}`),
    ...rest(findingCount - findings.length, 'finding').map((text) => `${file}: ${text}`),
    ...unfinished.map(
      ({ line, number, id, action, isRead }) =>
        `${file}:${line}: ${paint('yellow', 'note')}: invocation ${number}, "${escapeText(id)}" ${escapeText(action)}, ${isRead ? 'never ended' : 'was never read'}`,
    ),
    ...rest(unfinishedCount - unfinished.length, 'unfinished invocation').map((text) => `${file}: ${text}`),
    ...(isText
      ? [
          `${file}: ${paint('yellow', 'note')}: it is in the text format, so that there is no order to check; it can not be replayed`,
        ]
      : []),
    `${file}: ${renderSum(result, paint)}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** The result for programs, with the names of the format. */
export function renderCheckJson(result: CheckResult): string {
  const { file, lines, messages, invocations, isSealed, isText, findings, findingCount, unfinished, unfinishedCount } =
    result;
  return toJson({
    file,
    ok: findingCount === 0,
    lines,
    messages,
    invocations,
    sealed: isSealed,
    response_format: isText ? 'text' : 'json',
    findings,
    finding_count: findingCount,
    unfinished: unfinished.map(({ line, number, id, action, isRead }) => ({
      line,
      number,
      id,
      action,
      is_read: isRead,
    })),
    unfinished_count: unfinishedCount,
  });
}

function renderSum({ findingCount, lines, invocations, messages }: CheckResult, paint: Paint): string {
  const size = `${renderCount(lines, 'line')}, ${renderCount(messages, 'message')}, ${renderCount(invocations, 'invocation')}`;
  return findingCount === 0
    ? `${paint('green', 'good')}: ${size}`
    : `${paint('red', renderCount(findingCount, 'finding'))}: ${size}`;
}

function rest(number: number, what: string): string[] {
  return number > 0 ? [`and ${number} more ${what}${number === 1 ? '' : 's'}`] : [];
}
