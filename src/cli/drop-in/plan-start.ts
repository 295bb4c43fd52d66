import type { PassedRequest } from '../../replayer/responder.ts';
import type { Choice } from './choose-recording.ts';
import { chooseRecording, recordingOf } from './choose-recording.ts';
import type { ReadPackage } from './read-package.ts';
import { readPackage } from './read-package.ts';
import type { DropInSettings } from './settings.ts';
import type { Shelved } from './shelf.ts';
import { openShelf } from './shelf.ts';
import type { Stub } from './stub.ts';

/** Where requests go that no recording knows. */
export interface Supplement {
  passOn: (request: PassedRequest) => void;
  /** Ends the program itself, and adds what it said to the recording. @returns what became of that, in words */
  end: () => Promise<string | undefined>;
}

/** A session that is to be recorded. */
export interface RecordPlan {
  kind: 'record';
  /** What its file is named after. */
  name: string;
  /** The test, where there is one, and which start of the plugin this is in it. */
  session: string | undefined;
  start: number;
  /** The file that it takes the place of. */
  replaces: string | undefined;
  settings: DropInSettings;
}

/** Recordings that are to be played. */
export interface ReplayPlan {
  kind: 'replay';
  files: string[];
  /** What is to be said of them. */
  note: string | undefined;
  /** Called once the files are open. */
  onOpen?: () => void;
  supplement?: () => Supplement;
}

/** What a start does. */
export type Plan = ReplayPlan | RecordPlan;

/** `dify plugin run FILE`, as it was called. */
export interface Start {
  file: string;
  flags: ReadonlyMap<string, string>;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  stub: Stub | undefined;
}

/**
 * Decides what a start does: which recordings play, or what is recorded.
 * @throws RepriseError where no recording fits, or several do; StartUpFault where the package is none
 */
export async function planStart(start: Start, settings: DropInSettings): Promise<Plan> {
  const shelf = await openShelf(settings, start.stub);
  const read = await readPackage(start.file, shelf, settings.anyPackage);
  const wanted = { session: settings.session, ...read };
  const choice = chooseRecording(shelf, wanted);
  if (choice.kind === 'several' || (choice.kind === 'none' && settings.recordMode === 'none')) {
    const { explainChoice } = await import('./explain-choice.ts');
    throw explainChoice(choice, wanted, shelf);
  }
  if (settings.recordMode !== 'none' || choice.kind === 'none') {
    const { planRecording } = await import('./plan-recording.ts');
    return planRecording(choice, { settings, read, start });
  }
  if (choice.kind === 'plugin') return playRecordings(choice.recordings, choice.note);
  return playSession(choice, await startOf(choice, settings, read));
}

/** Plays one recording, or several as one. */
export async function playRecordings(recordings: readonly Shelved[], note?: string): Promise<ReplayPlan> {
  if (recordings.every(({ packed }) => packed === undefined))
    return { kind: 'replay', files: recordings.map(({ file }) => file), note };
  const { unpackAll } = await import('./embedded.ts');
  return { kind: 'replay', note, ...unpackAll(recordings) };
}

function playSession({ starts }: Extract<Choice, { kind: 'session' }>, start: number): Promise<ReplayPlan> {
  const chosen = recordingOf(starts, start);
  const note =
    chosen?.start !== start && starts.length > 1
      ? `there are ${starts.length} recordings of this session, and this is start ${start}`
      : undefined;
  return playRecordings(chosen === undefined ? [] : [chosen.one], note);
}

/** Starts are counted only where that makes a difference. */
async function startOf(
  { starts }: Extract<Choice, { kind: 'session' }>,
  { session }: DropInSettings,
  { plugin, stem }: ReadPackage,
): Promise<number> {
  if (starts.length < 2) return starts[0]?.start ?? 1;
  const { countStart } = await import('./count-start.ts');
  return countStart(session?.name ?? '', plugin.name ?? stem);
}
