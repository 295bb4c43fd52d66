import type { TransportMode } from '../foundation/choices.ts';
import type { Disturber, DisturberOptions } from './faults/disturber.ts';
import type { SeededFaults } from './faults/plan-faults.ts';
import type { ReplayOptions } from './replay-options.ts';

/** Whether anything is to go wrong. */
export function hasFaults({ faults = [], faultPlan }: ReplayOptions): boolean {
  return faults.length > 0 || faultPlan !== undefined;
}

/**
 * What is to go wrong; nothing of it is loaded where nothing is.
 * @throws RepriseError where a fault is none, or needs another mode
 */
export async function loadFaults(options: ReplayOptions, mode: TransportMode): Promise<SeededFaults | undefined> {
  if (!hasFaults(options)) return undefined;
  const { anySeed, inMode, planFaults } = await import('./faults/plan-faults.ts');
  const { faults: planned, seed = anySeed() } = await planFaults(options);
  return { faults: inMode(planned, mode), seed };
}

/** Lets them act. */
export async function openDisturber(
  planned: SeededFaults | undefined,
  rest: Pick<DisturberOptions, 'format' | 'journal' | 'clock'>,
): Promise<Disturber | undefined> {
  if (planned === undefined) return undefined;
  const { Disturber } = await import('./faults/disturber.ts');
  return new Disturber({ ...planned, ...rest });
}
