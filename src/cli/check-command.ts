import type { ReadOptions } from '../foundation/read-options.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import { checkRecording } from './check-recording.ts';
import { addSecrets, checkStub, withRecordingsOfStubs } from './check-secrets.ts';
import { isStub } from './drop-in/read-stub.ts';
import { findRecordings } from '../recording/find-recordings.ts';
import { findFile } from '../transport/find-file.ts';
import { renderCheck, renderCheckJson, renderSecretAdvice } from './render-check.ts';
import { renderFindingAnnotations } from './render-github.ts';
import { toJson } from './render-inspect-json.ts';
import type { ResultOutput } from './result-output.ts';
import { openResultOutput } from './result-output.ts';

/** Checks recordings and stubs: status 1 where something was found, 2 where one can't be read. */
export async function runCheck({ values, words }: ReadOptions): Promise<number> {
  const files = await withRecordingsOfStubs(await findRecordings(words));
  const output = openResultOutput(process.stdout, process.env);
  const isJson = values['json'] === true;
  const secretive: string[] = [];
  let status = 0;
  if (isJson) await output.write('{"files":[');
  for (const [index, file] of files.entries()) {
    if (isJson) await output.write(index === 0 ? '\n' : ',\n');
    status = Math.max(status, await checkOne(file, { output, isJson, secretive }));
  }
  if (isJson) await output.write('\n]}\n');
  process.stderr.write(renderSecretAdvice(secretive));
  return status;
}

/** A file that can't be read does not keep the others from being checked. */
async function checkOne(
  file: string,
  { output, isJson, secretive }: { output: ResultOutput; isJson: boolean; secretive: string[] },
): Promise<number> {
  try {
    const isOfStub = findFile(file)?.isFile() === true && isStub(file);
    const result = isOfStub ? checkStub(file) : await checkRecording(file);
    if (await addSecrets(result)) secretive.push(file);
    await output.write(isJson ? renderCheckJson(result) : renderCheck(result, output.paint));
    if (process.env['GITHUB_ACTIONS'] === 'true') process.stderr.write(renderFindingAnnotations(result));
    return result.findingCount === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof RepriseError)) throw error;
    process.stderr.write(`reprise: ${error.message}\n`);
    if (isJson) await output.write(toJson({ file, ok: false, error: { code: error.code, message: error.message } }));
    return error.exitStatus;
  }
}
