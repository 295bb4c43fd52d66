import { showPlaces } from '../foundation/places.ts';
import { textOf } from '../foundation/option-values.ts';
import type { ReadOptions } from '../foundation/read-options.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import { recordingWords } from '../recording/recording-words.ts';
import { checkRedaction } from '../recorder/open-redactor.ts';
import { findFile } from '../transport/find-file.ts';
import type { CheckResult } from './check-recording.ts';
import { checkRecording, createCheckResult } from './check-recording.ts';
import { addSecrets, checkStub } from './check-secrets.ts';
import type { CheckedFile } from './checked-files.ts';
import { findChecked } from './checked-files.ts';
import { isStub } from './drop-in/read-stub.ts';
import { escapeText } from './escape-text.ts';
import type { GivenRedaction } from './redaction-settings.ts';
import { redactionOf } from './redaction-settings.ts';
import { renderCheck, renderCheckJson, renderCheckSum, renderFindings, renderSecretAdvice } from './render-check.ts';
import { renderFindingAnnotations } from './render-github.ts';
import { toJson } from './render-inspect-json.ts';
import type { ResultOutput } from './result-output.ts';
import { openResultOutput } from './result-output.ts';

/** What was found in all files so far. */
interface Tally {
  status: number;
  findings: number;
  unread: number;
  /** Files with secrets in them. */
  secretive: CheckedFile[];
}

interface CheckManner {
  output: ResultOutput;
  isJson: boolean;
  isQuiet: boolean;
  /** What is looked for beyond what is secret everywhere. */
  given: GivenRedaction;
  tally: Tally;
}

/** Checks recordings, stubs and bundles: status 1 where something was found, 2 where one can't be read. */
export async function runCheck({ values, words }: ReadOptions): Promise<number> {
  const files = await findChecked(recordingWords(words));
  const output = openResultOutput(process.stdout, process.env);
  const isJson = values['json'] === true;
  const isQuiet = values['quiet'] === true;
  const given = { ...redactionOf(values), config: textOf(values['config']) };
  await checkRedaction(given); // once, not for each file
  const tally: Tally = { status: 0, findings: 0, unread: 0, secretive: [] };
  if (isJson) await output.write('{"files":[');
  for (const [index, file] of files.entries()) {
    if (isJson) await output.write(index === 0 ? '\n' : ',\n');
    await checkOne(file, { output, isJson, isQuiet, given, tally });
  }
  if (isJson) await output.write('\n]}\n');
  else if (files.length > 1 && !isQuiet) await output.write(renderCheckSum(files.length, tally, output.paint));
  process.stderr.write(
    renderSecretAdvice(tally.secretive, [...given.redact, ...given.keep, given.config ?? ''].join('') !== ''),
  );
  return tally.status;
}

/** A file that can't be read does not keep the others from being checked. */
async function checkOne(file: CheckedFile, { output, isJson, isQuiet, given, tally }: CheckManner): Promise<void> {
  try {
    const result = await look(file);
    if (await addSecrets(result, file.path, given)) tally.secretive.push(file);
    await output.write(
      isJson
        ? renderCheckJson(result)
        : isQuiet
          ? renderFindings(result, output.paint)
          : renderCheck(result, output.paint),
    );
    if (process.env['GITHUB_ACTIONS'] === 'true')
      process.stderr.write(renderFindingAnnotations(result, file.bundled?.bundle));
    tally.findings += result.findingCount;
    if (result.findingCount > 0) tally.status = Math.max(tally.status, 1);
  } catch (error) {
    if (!(error instanceof RepriseError)) throw error;
    process.stderr.write(`reprise: ${escapeText(error.message)}\n`);
    const { code, message } = error;
    if (isJson) await output.write(toJson({ file: showPlaces(file.path), ok: false, error: { code, message } }));
    tally.unread++;
    tally.status = Math.max(tally.status, error.exitStatus);
  }
}

/** What there is to say of a file before secrets are looked for. */
async function look({ path, bundled }: CheckedFile): Promise<CheckResult> {
  const kind = bundled?.kind ?? 'recording';
  if (kind === 'recording')
    return findFile(path)?.isFile() === true && isStub(path) ? checkStub(path) : checkRecording(path);
  const { sharingTools } = await import('./sharing/sharing-tools.ts');
  if (kind === 'fault plan') await sharingTools.checkPlan(path);
  if (kind === 'configuration') await sharingTools.checkConfig(path);
  return { ...createCheckResult(showPlaces(path)), document: kind };
}
