import type { ReadOptions } from '../foundation/read-options.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import { checkRecording } from './check-recording.ts';
import { findRecordings } from '../recording/find-recordings.ts';
import { renderCheck, renderCheckJson } from './render-check.ts';
import { toJson } from './render-inspect-json.ts';
import type { ResultOutput } from './result-output.ts';
import { openResultOutput } from './result-output.ts';

/** Checks recordings: status 1 where something was found, 2 where one can't be read. */
export async function runCheck({ values, words }: ReadOptions): Promise<number> {
  const files = await findRecordings(words);
  const output = openResultOutput(process.stdout, process.env);
  const isJson = values['json'] === true;
  let status = 0;
  if (isJson) await output.write('{"files":[');
  for (const [index, file] of files.entries()) {
    if (isJson) await output.write(index === 0 ? '\n' : ',\n');
    status = Math.max(status, await checkOne(file, output, isJson));
  }
  if (isJson) await output.write('\n]}\n');
  return status;
}

/** A file that can't be read does not keep the others from being checked. */
async function checkOne(file: string, output: ResultOutput, isJson: boolean): Promise<number> {
  try {
    const result = await checkRecording(file);
    await output.write(isJson ? renderCheckJson(result) : renderCheck(result, output.paint));
    return result.findingCount === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof RepriseError)) throw error;
    process.stderr.write(`reprise: ${error.message}\n`);
    if (isJson) await output.write(toJson({ file, ok: false, error: { code: error.code, message: error.message } }));
    return error.exitStatus;
  }
}
