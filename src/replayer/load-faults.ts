import type { TransportMode } from '../foundation/choices.ts';
import type { Disturber, DisturberOptions } from './faults/disturber.ts';
import type { SeededFaults } from './faults/plan-faults.ts';
import type { ReplayOptions } from './replay-options.ts';

/**
 * What is to go wrong; nothing of it is loaded where nothing is.
 * @throws RepriseError where a fault is none, or needs another mode
 */
export async function loadFaults(options: ReplayOptions, mode: TransportMode): Promise<SeededFaults | undefined> {
  const { faults = [], faultPlan } = options;
  if (faults.length === 0 && faultPlan === undefined) return undefined;
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
