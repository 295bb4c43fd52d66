import type { Clock } from '../../src/foundation/clock.ts';
import { Journal } from '../../src/replayer/journal.ts';
import { createJournalHeader } from '../../src/replayer/journal-header.ts';

/** A journal that nobody wants. */
export function silentJournal(clock: Clock): Journal {
  return new Journal({
    header: createJournalHeader([], {}),
    clock,
    file: undefined,
    folder: undefined,
    onEntry: undefined,
    onFailure: () => undefined,
  });
}
