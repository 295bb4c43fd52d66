import { setImmediate } from 'node:timers/promises';
import type { JournalEntry, ProcessExit, Replay, ReplayOptions, Report } from 'reprise';
import { replay } from 'reprise';
import type { Cancel, Clock } from '../../src/foundation/clock.ts';
import type { Outlet } from '../../src/transport/outlet.ts';

/** Whoever is not quiet after so many appointments never will be. */
const mostLeaps = 20_000;
/** What waits for the end of a short time turns, and time goes on meanwhile, in milliseconds. */
const turn = 0.3;

interface Appointment {
  due: number;
  callback: () => void;
}

/** Time that leaps to the next appointment when nothing else happens. */
export class LeapingClock implements Clock {
  #now = 0;
  readonly #waiting = new Set<Appointment>();

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): Cancel {
    const one = { due: this.#now + ms, callback };
    this.#waiting.add(one);
    return () => void this.#waiting.delete(one);
  }

  soon(callback: () => void): Cancel {
    return this.after(turn, callback);
  }

  /** Lets come what is to come, until it is over, or quiet: so many turns of the event loop bring nothing. */
  async run(isOver: () => boolean, turns = 4): Promise<void> {
    for (let leaps = 0; leaps < mostLeaps; leaps++) {
      for (let idle = 0; idle < turns; idle++) await setImmediate();
      const [first] = [...this.#waiting].toSorted((a, b) => a.due - b.due);
      if (isOver() || first === undefined) return;
      this.#waiting.delete(first);
      this.#now = Math.max(this.#now, first.due);
      first.callback();
    }
    throw new Error(`It was not quiet after ${mostLeaps} appointments`);
  }
}

/** An outlet that takes all, at once. Its text is Latin-1: a character is a byte. */
export function collect(): { outlet: Outlet; text: () => string } {
  const pieces: string[] = [];
  let isClosed = false;
  return {
    text: () => pieces.join(''),
    outlet: {
      write(bytes) {
        if (!isClosed) pieces.push(typeof bytes === 'string' ? bytes : bytes.toString('latin1'));
        return true;
      },
      onDrain: () => undefined,
      onFailure: () => undefined,
      flushed: () => Promise.resolve(),
      close: () => void (isClosed = true),
    },
  };
}

/** What a replay sent. */
export interface Taken {
  /** Latin-1: a character is a byte. */
  text: string;
  journal: readonly JournalEntry[];
  /** Missing where it was quiet, and did not end. */
  exit: ProcessExit | undefined;
  report: Report;
}

/**
 * Plays a recording over stdio, in time that leaps.
 * @param batches what is written, each once the replay is quiet, or has ended
 */
export async function take(
  recording: string,
  batches: readonly (string | Buffer)[],
  options: ReplayOptions = {},
): Promise<Taken> {
  const clock = new LeapingClock();
  const { outlet, text } = collect();
  const journal: JournalEntry[] = [];
  const plugin = await replay(recording, {
    startupGap: 0,
    clock,
    stdout: outlet,
    onJournal: (entry) => journal.push(entry),
    ...options,
  });
  const exit = watchExit(plugin);
  for (const batch of batches) {
    plugin.stdin.write(batch);
    await clock.run(() => exit() !== undefined);
  }
  const ended = exit();
  await plugin.close();
  return { text: text(), journal, exit: ended, report: plugin.report() };
}

/** How a replay has ended, once it has. */
export function watchExit({ exited }: Replay): () => ProcessExit | undefined {
  let exit: ProcessExit | undefined;
  void exited.then((one) => (exit = one));
  return () => exit;
}

/** What was sent for each line that was asked, by its id: the journal tells how many bytes of the text are for which. */
export function textsById({ text, journal }: Pick<Taken, 'text' | 'journal'>): Map<string, string> {
  const ids = new Map(journal.flatMap((entry) => ('id' in entry ? [[entry.asked, entry.id]] : [])));
  const texts = new Map<string, string>();
  let at = 0;
  for (const entry of journal) {
    if (!('sent' in entry)) continue;
    const id = entry.asked === undefined ? undefined : ids.get(entry.asked);
    if (id !== undefined) texts.set(id, (texts.get(id) ?? '') + text.slice(at, at + entry.bytes));
    at += entry.bytes;
  }
  if (at !== text.length) throw new Error(`The journal tells of ${at} bytes, and ${text.length} were sent`);
  return texts;
}
