import type { PassedRequest } from '../../replayer/responder.ts';
import type { DropInSettings } from './settings.ts';
import type { Shelved } from './shelved.ts';
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

/** Plays one recording, or several as one. */
export async function playRecordings(recordings: readonly Shelved[], note?: string): Promise<ReplayPlan> {
  if (recordings.every(({ packed }) => packed === undefined))
    return { kind: 'replay', files: recordings.map(({ file }) => file), note };
  const { unpackAll } = await import('./embedded.ts');
  return { kind: 'replay', note, ...unpackAll(recordings) };
}
