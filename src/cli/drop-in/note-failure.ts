import { systemClock } from '../../foundation/clock.ts';
import { Journal } from '../../replayer/journal.ts';
import { createJournalHeader } from '../../replayer/journal-header.ts';
import type { DropInSettings } from './settings.ts';

/** A start that failed stands in the journals of its test suite, where one is kept: as a request that found nothing. */
export function noteFailure({ options, session }: DropInSettings, text: string): void {
  const { journal: file, journalDir: folder } = options;
  if (file === undefined && folder === undefined) return;
  const journal = new Journal({
    header: createJournalHeader([], { ...options, ...(session === undefined ? {} : { session: session.name }) }),
    clock: systemClock,
    file,
    folder,
    onEntry: undefined,
    onFailure: (reason) => process.stderr.write(`reprise: ${reason}\n`),
  });
  const missed = { reason: 'not-started' as const, text, near: [] };
  journal.asked(() => ({ at: 0, asked: 1, id: '', type: 'plugin', action: 'run', missed }));
  journal.end({ code: 1, signal: null });
}
