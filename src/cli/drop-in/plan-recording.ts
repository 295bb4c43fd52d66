import { explainCi } from './explain-ci.ts';
import type { Choice } from './choose-recording.ts';
import { recordingOf } from './choose-recording.ts';
import { countStart } from './count-start.ts';
import type { Plan, Start } from './plan.ts';
import { playRecordings } from './plan.ts';
import type { ReadPackage } from './read-package.ts';
import { refuseBundled } from './recording-folder.ts';
import { slugOf } from './session-name.ts';
import type { DropInSettings } from './settings.ts';
import type { Shelved } from './shelved.ts';

interface Situation {
  start: Start;
  settings: DropInSettings;
  read: ReadPackage;
}

type Chosen = Exclude<Choice, { kind: 'several' }>;

/**
 * Decides what a start does where sessions may be recorded. The unit is the session: a test and a start in it; without a
 * test, the plugin.
 * @throws RepriseError `would-record` where this is CI, and a recording would be made; `not-found` where it can't be told which is to be changed
 */
export async function planRecording(choice: Chosen, { start, settings, read }: Situation): Promise<Plan> {
  const { session, recordMode, mayRecord } = settings;
  const plugin = read.plugin.name ?? read.stem;
  const number = session === undefined ? 1 : countStart(session.name, plugin);
  const known = knownOf(choice, number, session !== undefined);
  if (recordMode !== 'once' && known.length > 1) {
    const { explainChoice } = await import('./explain-choice.ts');
    throw explainChoice({ kind: 'several', recordings: known }, { session, ...read }, known);
  }
  if (recordMode === 'once' && known.length > 0) return playRecordings(known);
  if (!mayRecord) {
    const instead = recordMode === 'once' ? insteadOf(choice, number) : [];
    if (instead.length > 0) return playRecordings(instead);
    throw explainCi(settings, plugin);
  }
  const [base] = known;
  await refuseBundled(settings, base?.file);
  if (recordMode === 'new_episodes' && base !== undefined) {
    const { startSupplement } = await import('./supplement.ts');
    return {
      ...(await playRecordings(known)),
      supplement: () => startSupplement(base.file, start, settings),
    };
  }
  return {
    kind: 'record',
    name: slugOf(session?.name ?? plugin),
    session: session?.name,
    start: number,
    replaces: recordMode === 'all' ? base?.file : undefined,
    settings,
  };
}

/** The recordings of this very start. */
function knownOf(choice: Chosen, number: number, isTest: boolean): Shelved[] {
  if (choice.kind === 'session')
    return choice.starts
      .filter(({ start }) => start === number)
      .map(({ one }) => one)
      .slice(0, 1);
  return choice.kind === 'plugin' && !isTest ? choice.recordings : [];
}

/** Where nothing may be recorded: another start of the test, run again in the same process; or what is recorded for all tests. */
function insteadOf(choice: Chosen, number: number): Shelved[] {
  if (choice.kind === 'none') return [];
  if (choice.kind === 'plugin') return choice.recordings;
  const another = recordingOf(choice.starts, number);
  return another === undefined ? [] : [another.one];
}
