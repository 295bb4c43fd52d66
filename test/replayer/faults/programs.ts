import { reprise } from '../../support/programs.ts';
import type { Running, StartOptions } from '../../support/recorder.ts';
import { start } from '../../support/recorder.ts';
import { makeRecording } from '../../support/recordings.ts';
import { session } from './wire.ts';

/** The program itself, with these faults. */
export function play(
  faults: readonly string[],
  options: readonly string[] = [],
  how: StartOptions & { said?: typeof session } = {},
): Running {
  const { said = session, ...rest } = how;
  return start(
    [
      ...reprise,
      'replay',
      makeRecording(said),
      '--pace',
      'instant',
      '--seed',
      '1',
      ...faults.flatMap((fault) => ['--fault', fault]),
      ...options,
    ],
    rest,
  );
}

/** The port that a process announces. */
export async function portOf(running: Running): Promise<number> {
  await running.says('"port":');
  return Number(/"port":(\d+)/.exec(running.stdout().toString())?.[1]);
}
