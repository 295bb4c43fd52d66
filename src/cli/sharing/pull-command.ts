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
import { sharingTools } from './sharing-tools.ts';

/** Brings bundles into the cache, pins them, and copies one to a folder where that is wanted. */
export async function runPull({ values, words }: ReadOptions, tools: SharingTools = sharingTools): Promise<number> {
  const output = typeof values['output'] === 'string' ? values['output'] : undefined;
  if (output !== undefined) refuseOther(output);
  const config = findConfig(process.cwd());
  const bundles: Bundle[] = [];
  await pullLocked({
    words,
    lockFile: findLock(process.cwd()),
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
  placeFolder(first, output);
  return 0;
}
