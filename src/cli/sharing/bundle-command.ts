import { dirname } from 'node:path';
import { makeFolder } from '../../foundation/make-folder.ts';
import type { ReadOptions } from '../../foundation/read-options.ts';
import { RepriseError, reasonOf } from '../../foundation/reprise-error.ts';
import type { Bundle } from '../../recording/bundle/bundle-folder.ts';
import { placeFolder, refuseOther } from '../../sharing/place-folder.ts';
import type { SharingTools } from '../../sharing/tools.ts';
import { writeArchive } from '../../sharing/write-archive.ts';
import { escapeText } from '../escape-text.ts';
import { renderCount } from '../render-count.ts';
import { parseOutput } from './output.ts';
import { sharingTools } from './sharing-tools.ts';
import { withBundle } from './with-bundle.ts';

/** Makes a bundle, as an archive or a folder. */
export async function runBundle({ values, words }: ReadOptions, tools: SharingTools = sharingTools): Promise<number> {
  const output = values['output'];
  if (typeof output !== 'string')
    throw new RepriseError(
      'usage',
      'Failed to make a bundle: no place was named. Give `--output`, as in `-o fixtures.tgz`.',
    );
  const { path, isArchive } = parseOutput(output, 'archive or folder');
  if (!isArchive) refuseOther(path);
  const bundle = await withBundle({ words, values, purpose: 'make a bundle' }, tools, async (made) => {
    if (isArchive) await writeOrExplain(made, path);
    else await placeFolder(made, path);
    return made;
  });
  process.stdout.write(`${bundle.digest}  ${escapeText(output)}\n`);
  process.stderr.write(`reprise: ${escapeText(describeBundle(bundle))}\n`);
  return 0;
}

/** A bundle in a few words. */
export function describeBundle({ manifest }: Bundle): string {
  const { name, version, recordings, faultPlans, config } = manifest;
  const parts = [
    renderCount(recordings.length, 'recording'),
    ...(faultPlans.length === 0 ? [] : [renderCount(faultPlans.length, 'fault plan')]),
    ...(config === undefined ? [] : ['a configuration']),
  ];
  return `${name} ${version}: ${parts.join(', ')}`;
}

async function writeOrExplain(bundle: Bundle, output: string): Promise<void> {
  try {
    makeFolder(dirname(output));
    await writeArchive(bundle, output);
  } catch (error) {
    throw new RepriseError(
      'not-writable',
      `Failed to write ${output}: ${reasonOf(error)}. Give \`--output\` another.`,
      {
        file: output,
        cause: error,
      },
    );
  }
}
