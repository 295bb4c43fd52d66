import { findRecordings } from '../recording/find-recordings.ts';
import { findFile } from '../transport/find-file.ts';
import type { CheckResult } from './check-recording.ts';
import { createCheckResult, mostTold } from './check-recording.ts';
import { isStub, readStub, recordingsOf } from './drop-in/read-stub.ts';

/**
 * Looks for secrets in a file that was checked, and adds them to its findings.
 * @returns whether there are any
 * @throws RepriseError as `findSecrets`
 */
export async function addSecrets(result: CheckResult): Promise<boolean> {
  const { findSecrets } = await import('./secrets/find-secrets.ts');
  const secrets = await findSecrets(result.file);
  const told = secrets.slice(0, Math.max(mostTold - result.findings.length, 0));
  for (const { line, path, kind } of told)
    result.findings.push({ kind: 'secret', line, text: `${path} holds ${nameKind(kind)}`, path, secret: kind });
  result.findingCount += secrets.length;
  return secrets.length > 0;
}

/** What there is to say of a stub before secrets are looked for. @throws RepriseError where somebody has changed it */
export function checkStub(file: string): CheckResult {
  return { ...createCheckResult(file), packed: readStub(file).stub.embedded?.length ?? 0 };
}

/** The same files, each stub followed by the recordings that it plays and does not hold in itself. */
export async function withRecordingsOfStubs(files: readonly string[]): Promise<string[]> {
  const all = new Set<string>();
  for (const file of files) {
    all.add(file);
    if (findFile(file)?.isFile() !== true || !isStub(file)) continue;
    const words = recordingsOf(file);
    if (words.length > 0) for (const played of await findRecordings(words)) all.add(played);
  }
  return [...all];
}

function nameKind(kind: string): string {
  return `${/^[aeiou]/i.test(kind) ? 'an' : 'a'} ${kind}`;
}
