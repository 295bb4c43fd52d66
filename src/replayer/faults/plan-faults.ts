import type { TransportMode } from '../../foundation/choices.ts';
import { mostSeed } from '../../foundation/option-spec.ts';
import { isBundle } from '../../recording/find-recordings.ts';
import type { FaultSpec } from './fault-spec.ts';
import { parseSpec } from './parse-spec.ts';
import { refuse } from './read-aim.ts';
import type { FaultPart, PlannedFault } from './read-fault.ts';
import { readFault } from './read-fault.ts';
import type { FaultPlan } from './read-plan.ts';

/** The options of a replay that are about faults. */
export interface FaultOptions {
  faults?: readonly (string | FaultSpec)[];
  faultPlan?: string;
  seed?: number;
}

/** What is to go wrong. */
export interface PlannedFaults {
  /** Those of the plan come first. */
  faults: PlannedFault[];
  /** Missing where none was given. */
  seed: number | undefined;
}

/** What is to go wrong in a replay. */
export type SeededFaults = PlannedFaults & { seed: number };

/**
 * Reads the faults of a plan and of the options, in this order.
 * @throws RepriseError where one is none
 */
export async function planFaults({ faults = [], faultPlan, seed }: FaultOptions): Promise<PlannedFaults> {
  const plan = faultPlan === undefined ? undefined : await openPlan(faultPlan);
  const planned = (plan?.faults ?? []).map(({ given, source }) => readFault(given, source));
  const given = faults.map((one, index) =>
    typeof one === 'string'
      ? readFault(parseSpec(one, '`--fault`'), '`--fault`')
      : readFault({ ...one }, `\`faults[${index}]\``),
  );
  return { faults: [...planned, ...given], seed: seed ?? plan?.seed };
}

/** A plan by its file, or by the bundle that holds it. */
async function openPlan(word: string): Promise<FaultPlan> {
  const { readPlan } = await import('./read-plan.ts');
  if (!isBundle(word)) return readPlan(word);
  const { findBundledPlan } = await import('../../recording/bundle/find-bundled.ts');
  return readPlan(await findBundledPlan(word));
}

/** A seed that nobody gave. */
export function anySeed(): number {
  return Math.floor(Math.random() * (mostSeed + 1));
}

/**
 * The faults as they are in a mode: in TCP mode it is the announcement that tells a client of the start.
 * @throws RepriseError where one needs another mode
 */
export function inMode(faults: readonly PlannedFault[], mode: TransportMode): PlannedFault[] {
  return faults.map((fault) => ({ ...fault, parts: fault.parts.map((part) => partInMode(part, fault, mode)) }));
}

function partInMode(part: FaultPart, { name, source }: PlannedFault, mode: TransportMode): FaultPart {
  const { kind, place } = part;
  if (mode === 'stdio' && isOfTcp(part))
    throw refuse(
      source,
      `${name} acts where there are TCP connections, and this is stdio. Use it in TCP mode, or leave it out`,
    );
  const isOnConnection = mode === 'tcp' && !kind.places.some((name) => name === 'loading' || name === 'announcement');
  const isOfStart = mode === 'tcp' && kind.isOfStart === true && place.kind === 'due' && place.name === 'ready';
  if (isOfStart) return { ...part, place: { ...place, name: 'announcement' } };
  return isOnConnection ? { ...part, isOnConnection } : part;
}

const tcpPlaces: ReadonlySet<string> = new Set(['announcement', 'connect']);

/** Whether something is to go wrong that only TCP connections have. */
export function needsTcp(faults: readonly PlannedFault[]): boolean {
  return faults.some(({ parts }) => parts.some(isOfTcp));
}

function isOfTcp({ kind, place }: FaultPart): boolean {
  return kind.isTcpOnly === true || (place.kind !== 'time' && tcpPlaces.has(place.name));
}
