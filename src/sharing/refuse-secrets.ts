import { join } from 'node:path';
import { RepriseError } from '../foundation/reprise-error.ts';
import type { Bundle } from '../recording/bundle/bundle-folder.ts';
import { filesOf, manifestName } from '../recording/bundle/bundle-manifest.ts';
import type { SecretFinding, SharingTools } from './tools.ts';

/** So many findings are named; the others are counted. */
const mostNamed = 10;

/**
 * Looks for secrets in each file of a bundle, and in its manifest, before others can have it. No value is told.
 * @throws RepriseError `secret-found`, status 1
 */
export async function refuseSecrets(
  { folder, manifest }: Bundle,
  { tools: { findSecrets }, purpose }: { tools: SharingTools; purpose: string },
): Promise<void> {
  const found: string[] = [];
  const files = new Set<string>();
  const search = async (file: string, name = file): Promise<readonly SecretFinding[]> => {
    const secrets = await findSecrets(join(folder, file));
    for (const { line, path, kind } of secrets) found.push(`${name}:${line} ${path} (${kind})`);
    if (secrets.length > 0) files.add(file);
    return secrets;
  };
  const hasSecretNames = (await search(manifestName)).some(({ path }) => path.endsWith('/file'));
  for (const [index, { file }] of filesOf(manifest).entries())
    await search(file, hasSecretNames ? `file ${index + 1}` : file);
  if (found.length === 0) return;
  const named = found.slice(0, mostNamed).join(', ');
  const more = found.length > mostNamed ? `, and ${found.length - mostNamed} more` : '';
  throw new RepriseError(
    'secret-found',
    `Failed to ${purpose}: there may be secrets in ${named}${more}. ${adviseOn([...files])}`,
    { exitStatus: 1 },
  );
}

/** What to do about secrets in some files of a bundle. */
function adviseOn(files: readonly string[]): string {
  const isRecording = (file: string): boolean => file.startsWith('recordings/');
  const isOther = (file: string): boolean => file !== manifestName && !isRecording(file);
  return [
    ...(files.some(isRecording)
      ? ['Take them out of the recordings that the bundle is made of with `reprise redact`.']
      : []),
    ...(files.some(isOther) ? ['Take them out of fault plans and the configuration by hand.'] : []),
    ...(files.includes(manifestName) ? ['Give other names to what `bundle.json` names by them.'] : []),
  ].join(' ');
}
