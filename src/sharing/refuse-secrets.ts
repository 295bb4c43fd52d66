import { join } from 'node:path';
import { RepriseError } from '../foundation/reprise-error.ts';
import type { Bundle } from '../recording/bundle/bundle-folder.ts';
import { filesOf } from '../recording/bundle/bundle-manifest.ts';
import type { SharingTools } from './tools.ts';

/** So many findings are named; the others are counted. */
const mostNamed = 10;

/**
 * Looks for secrets in each file of a bundle before others can have it. No value is told.
 * @throws RepriseError `secret-found`, status 1
 */
export async function refuseSecrets({ folder, manifest }: Bundle, { findSecrets }: SharingTools): Promise<void> {
  const found: string[] = [];
  for (const { file } of filesOf(manifest))
    for (const { line, path, kind } of await findSecrets(join(folder, file)))
      found.push(`${file}:${line} ${path} (${kind})`);
  if (found.length === 0) return;
  const named = found.slice(0, mostNamed).join(', ');
  const more = found.length > mostNamed ? `, and ${found.length - mostNamed} more` : '';
  throw new RepriseError(
    'secret-found',
    `Failed to make a bundle: there may be secrets in ${named}${more}. Take them out with \`reprise redact\`.`,
    { exitStatus: 1 },
  );
}
