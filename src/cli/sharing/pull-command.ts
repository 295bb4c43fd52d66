import { relative, resolve } from 'node:path';
import type { ReadOptions } from '../../foundation/read-options.ts';
import { replayOptions } from '../../foundation/replay-option-table.ts';
import { RepriseError } from '../../foundation/reprise-error.ts';
import type { Bundle } from '../../recording/bundle/bundle-folder.ts';
import { findLock } from '../../recording/bundle/lock-file.ts';
import { findConfig, readConfig } from '../../recording/project-config.ts';
import { placeFolder, refuseOther } from '../../sharing/place-folder.ts';
import { pullLocked } from '../../sharing/pull-locked.ts';
import type { SharingTools } from '../../sharing/tools.ts';
import { escapeText } from '../escape-text.ts';
import { describeBundle } from './bundle-command.ts';
import { parseOutput } from './output.ts';
import { sharingTools } from './sharing-tools.ts';

/** Brings bundles into the cache, pins them, and copies one to a folder where that is wanted. */
export async function runPull({ values, words }: ReadOptions, tools: SharingTools = sharingTools): Promise<number> {
  const output = typeof values['output'] === 'string' ? parseOutput(values['output'], 'folder').path : undefined;
  const lockFile = findLock(process.cwd());
  if (output !== undefined) {
    refuseOther(output);
    refuseLock(output, lockFile);
  }
  if (words.includes(''))
    throw new RepriseError('usage', 'Failed to pull: a word is empty. Give a reference, such as oci://HOST/NAME:TAG.');
  const config = findConfig(process.cwd());
  const bundles: Bundle[] = [];
  await pullLocked({
    words,
    lockFile,
    named: config === undefined ? undefined : readConfig(config, replayOptions).bundles,
    isLocked: values['locked'] === true,
    tools,
    onPulled(reference, bundle) {
      bundles.push(bundle);
      process.stdout.write(`${bundle.digest}  ${escapeText(reference)}\n`);
      process.stderr.write(`reprise: ${escapeText(describeBundle(bundle))}\n`);
    },
  });
  const [first, second] = bundles;
  if (output === undefined || first === undefined) return 0;
  if (second !== undefined)
    throw new RepriseError(
      'usage',
      `Failed to write ${output}: there are ${bundles.length} bundles, and they have one place. Name one of them.`,
    );
  await placeFolder(first, output);
  return 0;
}

/** Beside a bundle's own files, the lock would make it none. */
function refuseLock(output: string, lockFile: string): void {
  if (relative(resolve(output), lockFile).startsWith('..')) return;
  const message = `Failed to write ${output}: the lock ${lockFile} belongs there. Give \`--output\` another.`;
  throw new RepriseError('exists', message, { file: lockFile });
}
