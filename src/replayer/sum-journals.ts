import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { RepriseError, reasonOf } from '../foundation/reprise-error.ts';
import type { AskedEntry, MatchedEntry, MissedRequest } from './journal-entry.ts';
import { isAsked, readJournal } from './journal-reader.ts';
import type { Report, ReportedMiss, ReportedRefusal } from './report.ts';
import { createReport, reportMiss, reportRefusal } from './report.ts';
import { Script } from './script.ts';

/** The report of all replays that kept their journals in one folder. */
export interface JournalsSum {
  report: Report;
  /** How many replays. */
  processes: number;
  /** Recordings that can't be read any more, in words: what was not used of them is not known. */
  unread: string[];
}

/** What all journals say. */
interface Told {
  uses: Map<string, Map<number, number>>; // by recording and invocation
  missed: ReportedMiss[];
  refused: ReportedRefusal[];
  recordings: Set<string>;
}

/**
 * Sums up the journals of a folder.
 * @throws RepriseError where the folder can't be read or holds no journal, or one of them is broken
 */
export async function sumJournals(folder: string): Promise<JournalsSum> {
  const files = listJournals(folder);
  const told: Told = { uses: new Map(), missed: [], refused: [], recordings: new Set() };
  let processes = 0;
  for (const file of files) if (await addJournal(file, told)) processes++;
  const unread: string[] = [];
  const script = await openReadable([...told.recordings].toSorted(), unread);
  try {
    await script?.readOn(() => undefined);
    for (const group of script?.index.groups() ?? [])
      for (const invocation of group)
        invocation.uses = told.uses.get(invocation.source.reader.file)?.get(invocation.number) ?? 0;
    const asked = {
      missed: told.missed,
      missedCount: told.missed.length,
      refused: told.refused,
      refusedCount: told.refused.length,
    };
    return { report: createReport(script ?? nothing, asked), processes, unread };
  } finally {
    script?.close();
  }
}

/** Stands for a script of which nothing can be read. */
const nothing = { index: { groups: () => [] }, isComplete: false };

/** A script of all recordings that can be read; of the others, why not. */
async function openReadable(files: readonly string[], unread: string[]): Promise<Script | undefined> {
  const readable: string[] = [];
  for (const file of files) {
    try {
      (await Script.open([file])).close();
      readable.push(file);
    } catch (error) {
      if (!(error instanceof RepriseError)) throw error;
      unread.push(error.message);
    }
  }
  return readable.length === 0 ? undefined : Script.open(readable);
}

function listJournals(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw new RepriseError('not-found', `Failed to read the folder ${folder}: ${reasonOf(error)}. Check the path.`, {
      file: folder,
      cause: error,
    });
  }
  const files = names.filter((name) => name.endsWith('.jsonl')).toSorted();
  if (files.length > 0) return files.map((name) => join(folder, name));
  throw new RepriseError(
    'not-found',
    `Failed to sum up ${folder}: it holds no journal. Set REPRISE_JOURNAL_DIR to it while the tests run.`,
    { file: folder },
  );
}

/** @returns false where nothing has been written to it yet */
async function addJournal(file: string, { uses, missed, refused, recordings }: Told): Promise<boolean> {
  const journal = await readJournal(file, isAsked);
  if (journal === undefined) return false;
  const { header, entries } = journal;
  for (const recording of header.recordings) recordings.add(recording);
  const where = { journal: file, ...(header.session === undefined ? {} : { session: header.session }) };
  for (const entry of entries.filter(isAsked)) {
    if (entry.matched !== undefined) addUse(uses, entry.matched);
    else if (isMissed(entry)) missed.push({ ...reportMiss(entry), ...where });
    else if (entry.refused !== undefined) refused.push({ ...reportRefusal(entry), ...where });
  }
  return true;
}

function isMissed(entry: AskedEntry): entry is MissedRequest {
  return entry.missed !== undefined;
}

function addUse(uses: Told['uses'], { recording, invocation }: MatchedEntry): void {
  const counts = uses.get(recording) ?? new Map<number, number>();
  uses.set(recording, counts);
  counts.set(invocation, (counts.get(invocation) ?? 0) + 1);
}
