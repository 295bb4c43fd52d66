import { closeSync, constants, openSync, writeFileSync } from 'node:fs';
import type { ReadOptions } from '../foundation/read-options.ts';
import { RepriseError, reasonOf } from '../foundation/reprise-error.ts';
import { sumJournals } from '../replayer/sum-journals.ts';
import { refuseSame, writeReport } from '../replayer/write-report.ts';
import { escapeText } from './escape-text.ts';
import { renderAnnotations, renderStepSummary } from './render-github.ts';
import { toJson } from './render-inspect-json.ts';
import { renderSuiteReport } from './render-report.ts';
import { openResultOutput } from './result-output.ts';

const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;

/** Sums up the journals of a test suite: in strict mode, status 1 where something was repeated, not used or missed. */
export async function runReport({ values, words }: ReadOptions): Promise<number> {
  const [folder, ...rest] = words;
  if (folder === undefined || rest.length > 0)
    throw new RepriseError('usage', 'Failed to report: give one folder, that of REPRISE_JOURNAL_DIR.');
  const isStrict = values['strict'] === true;
  const junit = values['junit'];
  const sum = await sumJournals(folder);
  if (typeof junit === 'string') refuseSame('--junit', junit, sum.files);
  const { report, unread } = sum;
  for (const reason of unread) process.stderr.write(`reprise: ${escapeText(reason)}\n`);
  const output = openResultOutput(process.stdout, process.env);
  const isJson = values['json'] === true;
  if (isJson) await output.write(`${toJson(report)}\n`);
  else await output.write(renderSuiteReport(sum, isStrict, output.paint));
  if (typeof junit === 'string') await writeReport(junit, report, isStrict);
  if (process.env['GITHUB_ACTIONS'] === 'true') {
    // Both streams of a step are searched for annotations.
    const annotations = renderAnnotations(report, isStrict);
    if (isJson) process.stderr.write(annotations);
    else await output.write(annotations);
    addStepSummary(renderStepSummary(sum, isStrict));
  }
  if (unread.length > 0) return 2;
  return isStrict && !report.ok ? 1 : 0;
}

/** GitHub names the file for the page of the run. */
function addStepSummary(text: string): void {
  const file = process.env['GITHUB_STEP_SUMMARY'] ?? '';
  if (file === '') return;
  try {
    const fd = openSync(file, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK);
    writeFileSync(fd, text);
    closeSync(fd);
  } catch (error) {
    process.stderr.write(`reprise: the summary of the step is not written: ${escapeText(reasonOf(error))}\n`);
  }
}
