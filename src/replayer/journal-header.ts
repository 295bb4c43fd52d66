import { resolve } from 'node:path';
import type { SeededFaults } from './faults/plan-faults.ts';
import type { JournalHeader } from './journal-entry.ts';
import { journalFormat, journalVersion } from './journal-entry.ts';
import type { ReplayOptions } from './replay-options.ts';

/** What a journal begins with: what is replayed, and how. */
export function createJournalHeader(
  files: readonly string[],
  options: ReplayOptions,
  planned?: SeededFaults,
): JournalHeader {
  const { session, ignore = [], match = [] } = options;
  return {
    format: journalFormat,
    version: journalVersion,
    started_at: new Date().toISOString(),
    pid: process.pid,
    ...(session === undefined || session === '' ? {} : { session }),
    recordings: files.map((file) => resolve(file)),
    options: {
      mode: options.mode ?? 'stdio',
      response_format: options.responseFormat ?? 'json',
      pace: options.pace ?? 'recorded',
      ignore,
      match,
      order: options.order ?? 'any',
      on_exhausted: options.onExhausted ?? 'repeat',
      secrets: options.secrets ?? 'any',
      on_miss: options.onMiss ?? 'error',
    },
    ...(planned === undefined ? {} : { faults: planned.faults.map(({ text }) => text), seed: planned.seed }),
  };
}
