import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { RepriseError, reasonOf, systemCode } from '../foundation/reprise-error.ts';
import type { AskedEntry, MatchedEntry, MissedRequest } from './journal-entry.ts';
import { isAsked, readJournal } from './journal-reader.ts';
import type { Report, ReportedMiss, ReportedRefusal } from './report.ts';
import { createReport, reportMiss, reportRefusal } from './report.ts';
import { Script } from './script.ts';
import type { Invocation } from './script-source.ts';

/** The report of all replays that kept their journals in one folder. */
export interface JournalsSum {
  report: Report;
  /** How many replays. */
  processes: number;
  /** Those whose journals have no end: what they tested, or their journals. */
  cutOff: string[];
  /** Recordings that can't be read any more, in words: what was not used of them is not known. */
  unread: string[];
  /** The journals' files. */
  files: string[];
}

/** What all journals say. */
interface Told {
  uses: Map<string, number>; // by recording and invocation
  repeated: Set<string>; // those that one replay gave more often than once
  processes: number;
  cutOff: string[];
  missed: ReportedMiss[];
  refused: ReportedRefusal[];
  faults: Map<string, number>; // how often each has acted
  recordings: Set<string>;
}

/**
 * Sums up the journals of a folder, or a single one.
 * @throws RepriseError where the folder can't be read or holds no journal, or one of them is broken
 */
export async function sumJournals(folder: string): Promise<JournalsSum> {
  const files = listJournals(folder);
  const told: Told = {
    uses: new Map(),
    repeated: new Set(),
    processes: 0,
    cutOff: [],
    missed: [],
    refused: [],
    faults: new Map(),
    recordings: new Set(),
  };
  for (const file of files) await addJournal(file, told);
  const unread: string[] = [];
  const script = await openReadable([...told.recordings].toSorted(), unread);
  try {
    await script?.readOn(() => undefined);
    for (const group of script?.index.groups() ?? []) shareUses(group, told.uses);
    const asked = {
      missed: told.missed,
      missedCount: told.missed.length,
      refused: told.refused,
      refusedCount: told.refused.length,
      faults: [...told.faults].map(([fault, fired]) => ({ fault, fired })),
    };
    return {
      report: createReport(script ?? nothing, asked, { isRepeated: (one) => told.repeated.has(nameOf(one)) }),
      processes: told.processes,
      cutOff: told.cutOff,
      unread,
      files,
    };
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

/**
 * The journals of a folder, in the order of their names; or the one that is named.
 * @throws RepriseError where the folder can't be read or holds no journal
 */
export function listJournals(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isFile() === true) return [folder];
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    const reason = systemCode(error) === 'ENOENT' ? 'there is no such folder' : reasonOf(error);
    const advice = 'Check the path, and that REPRISE_JOURNAL_DIR is set to it while the tests run.';
    throw new RepriseError('not-found', `Failed to read the folder ${folder}: ${reason}. ${advice}`, {
      file: folder,
      cause: error,
    });
  }
  const files = names
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted()
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
  if (files.length > 0) return files;
  throw new RepriseError(
    'not-found',
    `Failed to find a journal: the folder ${folder} holds none. Set REPRISE_JOURNAL_DIR to it while the tests run.`,
    { file: folder },
  );
}

/**
 * How often each of some equal invocations was given. Every replay begins with the first of them: where they were given
 * as often as they were recorded, by whichever replays, all of them have been used.
 */
function shareUses(group: readonly Invocation[], uses: Told['uses']): void {
  for (const invocation of group) invocation.uses = uses.get(nameOf(invocation)) ?? 0;
  for (const unused of group.filter((invocation) => invocation.uses === 0)) {
    const giver = group.find((invocation) => invocation.uses > 1);
    if (giver === undefined) return;
    giver.uses--;
    unused.uses++;
  }
}

async function addJournal(file: string, told: Told): Promise<void> {
  const journal = await readJournal(file, (entry) => isAsked(entry) || 'event' in entry || 'fault' in entry);
  if (journal === undefined) return; // nothing has been written to it yet
  const { header, entries } = journal;
  told.processes++;
  if (!entries.some((entry) => 'event' in entry)) told.cutOff.push(header.session ?? basename(file));
  for (const recording of header.recordings) told.recordings.add(recording);
  const where = { journal: file, ...(header.session === undefined ? {} : { session: header.session }) };
  for (const fault of header.faults ?? []) addFired(told, fault, 0);
  for (const entry of entries) if ('fault' in entry) addFired(told, entry.fault, 1);
  for (const entry of entries.filter(isAsked)) {
    if (entry.matched !== undefined) addUse(told, entry.matched);
    else if (isMissed(entry)) told.missed.push({ ...reportMiss(entry), ...where });
    else if (entry.refused !== undefined) told.refused.push({ ...reportRefusal(entry), ...where });
  }
}

function addFired({ faults }: Told, fault: string, times: number): void {
  faults.set(fault, (faults.get(fault) ?? 0) + times);
}

function isMissed(entry: AskedEntry): entry is MissedRequest {
  return entry.missed !== undefined;
}

function addUse({ uses, repeated }: Told, { recording, invocation, use }: MatchedEntry): void {
  const name = `${recording}#${invocation}`;
  uses.set(name, (uses.get(name) ?? 0) + 1);
  if (use > 1) repeated.add(name);
}

function nameOf({ source, number }: Invocation): string {
  return `${source.reader.file}#${number}`;
}
