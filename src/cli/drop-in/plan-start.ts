import type { Choice } from './choose-recording.ts';
import { chooseRecording, recordingOf } from './choose-recording.ts';
import type { Plan, ReplayPlan, Start } from './plan.ts';
import { playRecordings } from './plan.ts';
import type { ReadPackage } from './read-package.ts';
import { readPackage } from './read-package.ts';
import type { DropInSettings } from './settings.ts';
import { openShelf } from './shelf.ts';

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
