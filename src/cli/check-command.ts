import { showPlaces } from '../foundation/places.ts';
import type { ReadOptions } from '../foundation/read-options.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import { findFile } from '../transport/find-file.ts';
import type { CheckResult } from './check-recording.ts';
import { checkRecording, createCheckResult } from './check-recording.ts';
import { addSecrets, checkStub } from './check-secrets.ts';
import type { CheckedFile } from './checked-files.ts';
import { findChecked } from './checked-files.ts';
import { isStub } from './drop-in/read-stub.ts';
import { escapeText } from './escape-text.ts';
import { renderCheck, renderCheckJson, renderSecretAdvice } from './render-check.ts';
import { renderFindingAnnotations } from './render-github.ts';
import { toJson } from './render-inspect-json.ts';
import type { ResultOutput } from './result-output.ts';
import { openResultOutput } from './result-output.ts';

/** Checks recordings, stubs and bundles: status 1 where something was found, 2 where one can't be read. */
export async function runCheck({ values, words }: ReadOptions): Promise<number> {
  const files = await findChecked(words);
  const output = openResultOutput(process.stdout, process.env);
  const isJson = values['json'] === true;
  const secretive: CheckedFile[] = [];
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
  file: CheckedFile,
  { output, isJson, secretive }: { output: ResultOutput; isJson: boolean; secretive: CheckedFile[] },
): Promise<number> {
  try {
    const result = await look(file);
    if (await addSecrets(result, file.path)) secretive.push(file);
    await output.write(isJson ? renderCheckJson(result) : renderCheck(result, output.paint));
    if (process.env['GITHUB_ACTIONS'] === 'true')
      process.stderr.write(renderFindingAnnotations(result, file.bundled?.bundle));
    return result.findingCount === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof RepriseError)) throw error;
    process.stderr.write(`reprise: ${escapeText(error.message)}\n`);
    const { code, message } = error;
    if (isJson) await output.write(toJson({ file: showPlaces(file.path), ok: false, error: { code, message } }));
    return error.exitStatus;
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
