import { findKey } from '../../recording/project-key.ts';
import { settle } from '../../replayer/settings.ts';
import { hasFaults } from '../../replayer/load-faults.ts';
import { readRules } from '../../replayer/read-rules.ts';
import { mayFind } from './choose-recording.ts';
import { checkFolder, checkPlaces } from './check-places.ts';
import { explainCi } from './explain-ci.ts';
import { realDify } from './real-dify.ts';
import { folderOf } from './recording-folder.ts';
import { readSettings } from './settings.ts';
import type { DropInSettings } from './settings.ts';
import type { Shelved } from './shelved.ts';
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
  const settings = await readSettings(env);
  const shelf = await openShelf(settings, stub);
  await checkOptions(settings, shelf);
  await checkSession(settings, shelf);
  await checkRecording(settings, shelf, env);
  const versions = new Set(shelf.map(({ about }) => about.program?.['version']).filter((one) => one !== undefined));
  const [version = usualVersion] = versions;
  return versions.size === 1 ? version : usualVersion;
}

/** The configuration, the rules that it and the environment make up, what is to go wrong, and where is to be written. */
async function checkOptions({ options }: DropInSettings, shelf: readonly Shelved[]): Promise<void> {
  const files = shelf.filter(({ packed }) => packed === undefined).map(({ file }) => file);
  const settled = files.length === 0 ? { options } : await settle(files, options);
  const { ignore = [], match = [] } = settled.options;
  await readRules({ ignore, match });
  if (hasFaults(settled.options))
    await (await import('../../replayer/faults/plan-faults.ts')).planFaults(settled.options);
  checkPlaces(settled.options);
}

/** A session for which there is nothing, whatever the package. */
async function checkSession({ session, recordMode }: DropInSettings, shelf: readonly Shelved[]): Promise<void> {
  if (recordMode !== 'none' || session === undefined || mayFind(shelf, session)) return;
  const { explainChoice } = await import('./explain-choice.ts');
  throw explainChoice({ kind: 'none', missing: 'session' }, { session, plugin: {}, stem: '' }, shelf);
}

/** What a start needs that records whatever the package is. */
async function checkRecording(
  settings: DropInSettings,
  shelf: readonly Shelved[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { recordMode, mayRecord, session } = settings;
  const isKnown = session === undefined ? shelf.length > 0 : mayFind(shelf, session);
  if (recordMode === 'none' || (recordMode === 'once' && isKnown)) return;
  if (!mayRecord) throw explainCi(settings);
  realDify(settings, env);
  const folder = folderOf(settings);
  checkFolder('REPRISE_RECORDINGS', folder);
  const { completeRedaction } = await import('../../recorder/complete-redaction.ts');
  const { checkRedaction } = await import('../../recorder/open-redactor.ts');
  await checkRedaction(await completeRedaction(settings.redaction, { folder, config: settings.options.config }));
  findKey(folder, env);
}
