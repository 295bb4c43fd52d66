import type { TransportMode } from '../../foundation/choices.ts';
import { systemClock } from '../../foundation/clock.ts';
import { formats } from '../../protocol/response-format.ts';
import type { FaultEntry } from '../journal-entry.ts';
import { LineCache } from '../line-cache.ts';
import { createTempo } from '../pace.ts';
import { Playback } from '../playback.ts';
import type { Script } from '../script.ts';
import type { Invocation } from '../script-source.ts';
import { startUpSteps } from '../start-up.ts';
import type { Step } from '../step.ts';
import { Disturber } from './disturber.ts';
import type { Backstage } from './fault.ts';
import { inMode } from './plan-faults.ts';
import type { PlannedFault } from './read-fault.ts';

const format = formats.json;

export interface LocateOptions {
  faults: readonly PlannedFault[];
  seed: number;
  mode: TransportMode;
}

/** A place of a recording at which a fault would act. */
export interface Location {
  /** As the command line has it. */
  fault: string;
  /** What is due there: `response 3`, `ready`, … */
  place: string;
  /** Missing where it is no invocation's. */
  invocation?: Invocation;
}

/**
 * Tells where faults would act if the requests of a script came once more as they came: all that would happen is let
 * happen, but for what it does to a process.
 * @param script read to its end
 * @throws RepriseError where a fault needs another mode
 */
export function locateFaults(script: Script, { faults, seed, mode }: LocateOptions): Location[] {
  const found: Location[] = [];
  let at: Invocation | undefined;
  let isReady = false;
  let isOver = false;
  const journal = {
    fired: ({ fault, place }: Omit<FaultEntry, 'at'>) =>
      void found.push({ fault, place, ...(at === undefined ? {} : { invocation: at }) }),
  };
  const timers: { ms: number; callback: () => void }[] = [];
  const disturber = new Disturber({ faults: inMode(faults, mode), seed, format, journal, clock: systemClock });
  disturber.attach({
    ...nothing,
    after: (ms, callback) => void timers.push({ ms, callback }),
    push: (connection, step) => run(step, connection),
  });
  const tempo = createTempo('instant');
  const first = startUpSteps({
    script,
    format,
    tempo,
    onUnfinished: 'hang',
    began: 0,
    port: mode === 'tcp' ? 1 : 0,
    onReady: () => (isReady = true),
  });
  run({ place: 'start', due: 0, bytes: '', next: () => first }, 0);
  // Before it is ready, nothing is read.
  if (!isReady) return found;

  const invocations = [...script.index.groups()].flat().toSorted(byArrival(script));
  if (mode === 'tcp') for (const connection of connectionsOf(invocations)) run(connecting(), connection);
  const lines = new LineCache(script, format);
  for (const [index, invocation] of invocations.entries()) {
    const asked = index + 1;
    const connection = connectionOf(invocation, mode);
    const request = invocation.source.readAsked(invocation);
    if (isOver) break;
    if (request === undefined || disturber.isDeaf(connection)) continue;
    at = invocation;
    invocation.uses = 1;
    const id = String(asked);
    disturber.open({ asked, connection, request: { kind: 'request', id, ...request }, invocation, abandon: undefined });
    const playback = new Playback({ script, lines, format, tempo, onUnfinished: 'hang' }, invocation, {
      id,
      asked,
      start: 0,
      onDone: () => undefined,
    });
    const acknowledgement: Step = {
      place: 'acknowledgement',
      due: 0,
      bytes: format.acknowledgement,
      asked,
      next: () => playback.start(),
    };
    run({ place: 'request', due: 0, bytes: '', asked, next: () => acknowledgement }, connection, () =>
      ring(invocation),
    );
    ring(); // one that never ends
    disturber.close(asked);
  }
  return found;

  function run(chain: Step, connection: number, onEnd?: () => void): void {
    for (let step: Step | undefined = chain; step !== undefined;) {
      // What happens so long after the request comes before the end.
      if (step.place === 'end') onEnd?.();
      step = disturber.disturb(step, connection);
      step?.onSent?.();
      isOver ||= step?.exit !== undefined;
      step = isOver ? undefined : step?.next?.();
    }
  }

  /** What has its time before the end of an invocation; where that never comes, all. */
  function ring(ended?: Invocation): void {
    const duration = ended === undefined ? Infinity : durationOf(ended);
    for (const { ms, callback } of timers.splice(0)) if (ms <= duration) callback();
  }
}

const nothing: Omit<Backstage, 'after' | 'push'> = {
  pause: () => undefined,
  stopReading: () => undefined,
  closeStdout: () => undefined,
  floodStderr: () => undefined,
  stopListening: () => undefined,
  disconnect: () => undefined,
};

function durationOf({ source, startedAt, last }: Invocation): number {
  return last < 0 ? 0 : source.table.get(last).at - startedAt;
}

/** A client connects, and is told that all is ready. */
function connecting(): Step {
  const ready: Step = { place: 'ready', due: 0, bytes: format.ready };
  return { place: 'connect', due: 0, bytes: '', next: () => ready };
}

function connectionsOf(invocations: readonly Invocation[]): Set<number> {
  return new Set(invocations.map((invocation) => connectionOf(invocation, 'tcp')));
}

function connectionOf({ connection }: Invocation, mode: TransportMode): number {
  return mode === 'tcp' ? Math.max(connection, 1) : 0;
}

function byArrival({ files }: Script): (a: Invocation, b: Invocation) => number {
  return (a, b) => files.indexOf(a.source.reader.file) - files.indexOf(b.source.reader.file) || a.number - b.number;
}
