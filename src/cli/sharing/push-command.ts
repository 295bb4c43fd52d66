import type { ReadOptions } from '../../foundation/read-options.ts';
import { RepriseError } from '../../foundation/reprise-error.ts';
import { parseReference } from '../../recording/bundle/reference.ts';
import { pushBundle } from '../../sharing/push-bundle.ts';
import type { SharingTools } from '../../sharing/tools.ts';
import { escapeText } from '../escape-text.ts';
import { renderCount } from '../render-count.ts';
import { describeBundle } from './bundle-command.ts';
import { sharingTools } from './sharing-tools.ts';
import { withBundle } from './with-bundle.ts';

/** Sends a bundle to a registry; the last word says where to. */
export async function runPush({ values, words }: ReadOptions, tools: SharingTools = sharingTools): Promise<number> {
  const target = words.at(-1);
  if (target === undefined || !target.startsWith('oci:'))
    throw new RepriseError(
      'usage',
      'Failed to push: no registry was named. Give a reference as the last word, as oci://HOST/NAME:TAG.',
    );
  const reference = parseReference(target);
  return withBundle({ words: words.slice(0, -1), values, purpose: 'push' }, tools, async (bundle) => {
    const { digest, sent, bytes } = await pushBundle(bundle, reference, tools);
    process.stdout.write(`${digest}  ${escapeText(target)}\n`);
    const told =
      sent === 0
        ? 'nothing was sent: all is there'
        : `${renderCount(sent, 'file')} sent, ${renderCount(bytes, 'byte')}`;
    process.stderr.write(`reprise: ${escapeText(describeBundle(bundle))}; ${told}\n`);
    return 0;
  });
}
