import { RepriseError } from '../../foundation/reprise-error.ts';
import { settle } from '../../replayer/settings.ts';
import { readRules } from '../../replayer/read-rules.ts';
import { explainNoSession, mayFind } from './choose-recording.ts';
import { findRealDify } from './find-real-dify.ts';
import { readSettings } from './settings.ts';
import type { DropInSettings } from './settings.ts';
import type { Shelved } from './shelf.ts';
import { openShelf } from './shelf.ts';
import type { Stub } from './stub.ts';

/** What released builds print; clients refuse what is older than 0.1.0. */
const usualVersion = 'v0.6.10';

/**
 * `dify version`. Clients ask for it first, and show its stderr where it fails, which they do nowhere else: all that
 * does not depend on a package is checked here.
 * @returns the version that was recorded, or the usual one
 * @throws RepriseError where a start could not go well
 */
export async function checkVersion(env: NodeJS.ProcessEnv, stub: Stub | undefined): Promise<string> {
  const settings = readSettings(env);
  const shelf = await openShelf(settings, stub);
  await checkOptions(settings, shelf);
  checkSession(settings, shelf);
  checkRecording(settings, env);
  const versions = new Set(shelf.map(({ about }) => about.program?.['version']).filter((one) => one !== undefined));
  const [version = usualVersion] = versions;
  return versions.size === 1 ? version : usualVersion;
}

/** The configuration, and the rules that it and the environment make up. */
async function checkOptions({ options }: DropInSettings, shelf: readonly Shelved[]): Promise<void> {
  const files = shelf.filter(({ packed }) => packed === undefined).map(({ file }) => file);
  const settled = files.length === 0 ? { options } : await settle(files, options);
  const { ignore = [], match = [] } = settled.options;
  await readRules({ ignore, match });
}

/** A session for which there is nothing, whatever the package. */
function checkSession({ session, recordMode, mayRecord }: DropInSettings, shelf: readonly Shelved[]): void {
  if (session === undefined || mayFind(shelf, session)) return;
  if (recordMode === 'once' && !mayRecord) throw explainCi(`the session ${session.name} has no recording`);
  if (recordMode !== 'none') return;
  throw new RepriseError(
    'not-found',
    `Failed to choose a recording: ${explainNoSession(shelf, session)}. Record it, or name another by \`REPRISE_SESSION\`.`,
  );
}

/** Modes that always need the program itself. */
function checkRecording({ recordMode, realDify, mayRecord }: DropInSettings, env: NodeJS.ProcessEnv): void {
  if (recordMode === 'none' || recordMode === 'once') return;
  if (!mayRecord) throw explainCi(`\`REPRISE_RECORD_MODE\` is ${recordMode}`);
  if (realDify === undefined && findRealDify(env) === undefined) throw explainNoReal();
}

/** What would record does not, in CI. */
export function explainCi(what: string): RepriseError {
  return new RepriseError(
    'would-record',
    `Failed to replay: ${what}, and this is CI (\`CI\` is set), where nothing is recorded unless \`REPRISE_RECORD_IN_CI\` is 1. Record it elsewhere, and commit the recording.`,
  );
}

export function explainNoReal(): RepriseError {
  return new RepriseError(
    'no-command',
    'Failed to find the program itself, which is to be recorded: there is no other `dify` on the PATH. Name it by `REPRISE_REAL_DIFY`.',
  );
}
