import { RepriseError } from '../../foundation/reprise-error.ts';
import type { DropInSettings } from './settings.ts';

/** What would record does not, in CI. */
export function explainCi({ recordMode, session }: DropInSettings, plugin = 'the plugin'): RepriseError {
  const missing = session === undefined ? plugin : `the session ${session.name}`;
  const what = recordMode === 'once' ? `${missing} has no recording` : `\`REPRISE_RECORD_MODE\` is ${recordMode}`;
  return new RepriseError(
    'would-record',
    `Failed to replay: ${what}, and this is CI (\`CI\` is set), where nothing is recorded unless \`REPRISE_RECORD_IN_CI\` is 1. Record it elsewhere, and commit the recording.`,
  );
}
