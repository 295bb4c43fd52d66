import type { CheckResult } from './check-recording.ts';
import { createCheckResult, mostTold } from './check-recording.ts';
import { readStub } from './drop-in/read-stub.ts';
import type { GivenRedaction } from './redaction-settings.ts';

/**
 * Looks for secrets in a file that was checked, and adds them to its findings.
 * @returns whether there are any
 * @throws RepriseError as `findSecrets`
 */
export async function addSecrets(result: CheckResult, file: string, given: GivenRedaction): Promise<boolean> {
  const { findSecrets } = await import('./secrets/find-secrets.ts');
  const secrets = await findSecrets(file, given);
  const told = secrets.slice(0, mostTold).map(({ line, path, kind }) => ({
    kind: 'secret' as const,
    line,
    text: `${path} holds ${nameKind(kind)}`,
    path,
    secret: kind,
  }));
  // Where there are too many to be told, secrets are.
  result.findings = [...result.findings.slice(0, mostTold - told.length), ...told];
  result.findingCount += secrets.length;
  return secrets.length > 0;
}

/** What there is to say of a stub before secrets are looked for. @throws RepriseError where somebody has changed it */
export function checkStub(file: string): CheckResult {
  return { ...createCheckResult(file), packed: readStub(file).stub.embedded?.length ?? 0 };
}

/** `a user_password`, as it is spoken. */
function nameKind(kind: string): string {
  return `${/^(?:[aeio]|u(?!se|ni|r[il]))/i.test(kind) ? 'an' : 'a'} ${kind}`;
}
