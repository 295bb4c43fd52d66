import type { ProcessExit } from '../../src/transport/child.ts';
import type { Outlet } from '../../src/transport/outlet.ts';
import { Alarm } from '../../src/replayer/alarm.ts';
import type { Step } from '../../src/replayer/step.ts';
import { StepQueue } from '../../src/replayer/step-queue.ts';
import { FakeClock } from './fake-clock.ts';
import { silentJournal } from './journals.ts';

export interface Stand {
  clock: FakeClock;
  queue: StepQueue;
  writes: { bytes: string; count: number }[];
  blocked: boolean[];
  exits: ProcessExit[];
  /** What the outlet answers to a write. */
  takes: (isOpen: boolean) => void;
  alarm: Alarm;
  drain: () => void;
}

export function openStand(): Stand {
  const clock = new FakeClock();
  const writes: Stand['writes'] = [];
  const [blocked, exits]: [boolean[], ProcessExit[]] = [[], []];
  let isOpen = true;
  let drain = (): void => undefined;
  const outlet: Outlet = {
    write(bytes, count) {
      writes.push({ bytes: bytes.toString(), count });
      return isOpen;
    },
    onDrain: (callback) => (drain = callback),
    onFailure: () => undefined,
    flushed: () => Promise.resolve(),
    close: () => undefined,
  };
  const alarm = new Alarm(clock);
  const queue = new StepQueue({
    clock,
    alarm,
    outlet,
    journal: silentJournal(clock),
    connection: 0,
    onBlocked: (isBlocked) => blocked.push(isBlocked),
    onExit: (exit) => {
      exits.push(exit);
      queue.close();
    },
  });
  return { clock, queue, alarm, writes, blocked, exits, takes: (value) => (isOpen = value), drain: () => drain() };
}

export function step(due: number, bytes: Step['bytes'], more: Partial<Step> = {}): Step {
  return { place: 'response', due, bytes, ...more };
}

export const text = ({ writes }: Stand): string => writes.map(({ bytes }) => bytes).join('');

/** A chain of steps, each made when the one before has been sent. */
export function chain(
  dues: readonly number[],
  name: string,
  onMade: (name: string, due: number) => void,
  at = 0,
): Step | undefined {
  const due = dues[at];
  if (due === undefined) return undefined;
  const label = `${name}${at} `;
  onMade(label, due);
  const next = (): Step | undefined => chain(dues, name, onMade, at + 1);
  return at % 3 === 2 ? step(due, Buffer.from(label), { next }) : step(due, label, { next });
}
