import { dirname, relative, resolve } from 'node:path';
import type { ReadOptions } from '../../foundation/read-options.ts';
import { configOptions } from '../../foundation/redaction-option-table.ts';
import { RepriseError } from '../../foundation/reprise-error.ts';
import type { Bundle } from '../../recording/bundle/bundle-folder.ts';
import { findLock } from '../../recording/bundle/lock-file.ts';
import { isElsewhere } from '../../recording/bundle/reference.ts';
import { findConfig, readConfig } from '../../recording/project-config.ts';
import { placeFolder, refuseOther } from '../../sharing/place-folder.ts';
import type { Named } from '../../sharing/pull-locked.ts';
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
  const bundles: Bundle[] = [];
  await pullLocked({
    words,
    lockFile,
    named: findNamed(),
    isLocked: values['locked'] === true,
    tools,
    onPlanned(count) {
      if (output !== undefined && count > 1)
        throw new RepriseError(
          'usage',
          `Failed to write ${output}: there are ${count} bundles, and they have one place. Name one of them.`,
        );
    },
    onPulled(reference, bundle) {
      bundles.push(bundle);
      process.stdout.write(`${bundle.digest}  ${escapeText(reference)}\n`);
      process.stderr.write(`reprise: ${escapeText(describeBundle(bundle))}\n`);
    },
  });
  const [bundle] = bundles;
  if (output !== undefined && bundle !== undefined) await placeFolder(bundle, output);
  return 0;
}

/** What the nearest configuration says of bundles: where its recordings are one of a server, that one is wanted, too. */
function findNamed(): Named | undefined {
  const file = findConfig(process.cwd());
  if (file === undefined) return undefined;
  const { bundles, recordings } = readConfig(file, configOptions);
  const more = isElsewhere(recordings) ? [recordings] : [];
  return { folder: dirname(file), references: [...(bundles ?? []), ...more], isAll: bundles !== undefined };
}

/** Beside a bundle's own files, the lock would make it none. */
function refuseLock(output: string, lockFile: string): void {
  if (relative(resolve(output), lockFile).startsWith('..')) return;
  const message = `Failed to write ${output}: the lock ${lockFile} belongs there. Give \`--output\` another.`;
  throw new RepriseError('exists', message, { file: lockFile });
}
