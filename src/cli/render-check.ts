import { quoteWord } from '../foundation/spell-option.ts';
import { recordingEnding } from '../recording/find-recordings.ts';
import type { CheckResult } from './check-recording.ts';
import type { CheckedFile } from './checked-files.ts';
import { escapeText } from './escape-text.ts';
import { toJson } from './render-inspect-json.ts';
import type { Paint } from './paint.ts';
import { renderCount } from './render-count.ts';

/** What was found, a line each, as compilers write it, and a line that sums it up. */
export function renderCheck(result: CheckResult, paint: Paint): string {
  const { unfinished, unfinishedCount, isText } = result;
  const file = escapeText(result.file);
  const lines = [
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
  return renderFindings(result, paint) + lines.map((line) => `${line}\n`).join('');
}

/** What was found, and nothing else. */
export function renderFindings({ file, findings, findingCount }: CheckResult, paint: Paint): string {
  const name = escapeText(file);
  const lines = [
    ...findings.map(({ kind, line, text }) => `${name}:${line}: ${paint('red', kind)}: ${escapeText(text)}`),
    ...rest(findingCount - findings.length, 'finding').map((text) => `${name}: ${text}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** What was found in several files, in a line. */
export function renderCheckSum(
  files: number,
  { findings, unread }: { findings: number; unread: number },
  paint: Paint,
): string {
  const isGood = findings + unread === 0;
  const found = paint(isGood ? 'green' : 'red', findings === 0 ? 'no findings' : renderCount(findings, 'finding'));
  return `${renderCount(files, 'file')}, ${found}${unread === 0 ? '' : `, ${unread} not read`}\n`;
}

/** The result for programs, with the names of the format. */
export function renderCheckJson(result: CheckResult): string {
  if (result.packed !== undefined) return renderStubJson(result);
  if (result.document !== undefined) return renderDocumentJson(result);
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

function renderStubJson({ file, packed, findings, findingCount }: CheckResult): string {
  return toJson({ file, ok: findingCount === 0, stub: true, packed, findings, finding_count: findingCount });
}

function renderDocumentJson({ file, document, findings, findingCount }: CheckResult): string {
  return toJson({ file, ok: findingCount === 0, document, findings, finding_count: findingCount });
}

/** What to do about files with secrets in them; nothing where there are none. */
export function renderSecretAdvice(files: readonly CheckedFile[], hasOptions: boolean): string {
  const bundles = new Set(files.flatMap(({ bundled }) => (bundled === undefined ? [] : [bundled.bundle])));
  const own = files.filter(({ bundled }) => bundled === undefined).map(({ path }) => path);
  return renderOwnAdvice(own, hasOptions) + renderBundleAdvice([...bundles]);
}

function renderOwnAdvice(files: readonly string[], hasOptions: boolean): string {
  const [first] = files;
  if (first === undefined) return '';
  const what = files.length === 1 ? `${escapeText(first)} holds` : `${files.length} files hold`;
  const which = files.length === 1 && recordingEnding.test(first) ? quoteWord(escapeText(first)) : 'FILE…';
  const stubs = files.every((file) => recordingEnding.test(file)) ? '' : ', then make the stubs again';
  return `reprise: ${what} secrets. Take them out with \`reprise redact ${which}\`${hasOptions ? ' and the same options' : ''}${stubs}; revoke those that others have seen.\n`;
}

/** What is in a bundle stays as it is: its digests would not fit any more. */
function renderBundleAdvice(bundles: readonly string[]): string {
  if (bundles.length === 0) return '';
  const what = bundles.length === 1 ? `${escapeText(bundles.join(''))} holds` : `${bundles.length} bundles hold`;
  return `reprise: ${what} secrets. Take them out of what ${bundles.length === 1 ? 'it was' : 'they were'} made of, recordings with \`reprise redact\` and the rest by hand, and make ${bundles.length === 1 ? 'it' : 'them'} anew with \`reprise bundle\`; revoke those that others have seen.\n`;
}

function renderSum(result: CheckResult, paint: Paint): string {
  const { findingCount } = result;
  const size = renderSize(result);
  return findingCount === 0
    ? `${paint('green', 'good')}: ${size}`
    : `${paint('red', renderCount(findingCount, 'finding'))}: ${size}`;
}

function renderSize({ lines, invocations, messages, packed, document }: CheckResult): string {
  if (packed !== undefined) return `a stub with ${renderCount(packed, 'recording')} in it`;
  if (document !== undefined) return `a ${document}`;
  return `${renderCount(lines, 'line')}, ${renderCount(messages, 'message')}, ${renderCount(invocations, 'invocation')}`;
}

function rest(number: number, what: string): string[] {
  return number > 0 ? [`and ${number} more ${what}${number === 1 ? '' : 's'}`] : [];
}
