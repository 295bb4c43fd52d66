import type { ReadOptions } from '../foundation/read-options.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import { checkRecording } from './check-recording.ts';
import { addSecrets, checkStub, withRecordingsOfStubs } from './check-secrets.ts';
import { isStub } from './drop-in/read-stub.ts';
import { findRecordings } from '../recording/find-recordings.ts';
import { recordingWords } from '../recording/recording-words.ts';
import { findFile } from '../transport/find-file.ts';
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
  secretive: string[];
}

/** Checks recordings and stubs: status 1 where something was found, 2 where one can't be read. */
export async function runCheck({ values, words }: ReadOptions): Promise<number> {
  const files = await withRecordingsOfStubs(await findRecordings(recordingWords(words)));
  const output = openResultOutput(process.stdout, process.env);
  const isJson = values['json'] === true;
  const isQuiet = values['quiet'] === true;
  const tally: Tally = { status: 0, findings: 0, unread: 0, secretive: [] };
  if (isJson) await output.write('{"files":[');
  for (const [index, file] of files.entries()) {
    if (isJson) await output.write(index === 0 ? '\n' : ',\n');
    await checkOne(file, { output, isJson, isQuiet, tally });
  }
  if (isJson) await output.write('\n]}\n');
  else if (files.length > 1 && !isQuiet) await output.write(renderCheckSum(files.length, tally, output.paint));
  process.stderr.write(renderSecretAdvice(tally.secretive));
  return tally.status;
}

/** A file that can't be read does not keep the others from being checked. */
async function checkOne(
  file: string,
  { output, isJson, isQuiet, tally }: { output: ResultOutput; isJson: boolean; isQuiet: boolean; tally: Tally },
): Promise<void> {
  try {
    const isOfStub = findFile(file)?.isFile() === true && isStub(file);
    const result = isOfStub ? checkStub(file) : await checkRecording(file);
    if (await addSecrets(result)) tally.secretive.push(file);
    await output.write(
      isJson
        ? renderCheckJson(result)
        : isQuiet
          ? renderFindings(result, output.paint)
          : renderCheck(result, output.paint),
    );
    if (process.env['GITHUB_ACTIONS'] === 'true') process.stderr.write(renderFindingAnnotations(result));
    tally.findings += result.findingCount;
    if (result.findingCount > 0) tally.status = Math.max(tally.status, 1);
  } catch (error) {
    if (!(error instanceof RepriseError)) throw error;
    process.stderr.write(`reprise: ${error.message}\n`);
    if (isJson) await output.write(toJson({ file, ok: false, error: { code: error.code, message: error.message } }));
    tally.unread++;
    tally.status = Math.max(tally.status, error.exitStatus);
  }
}
