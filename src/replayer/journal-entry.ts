import type { Remedy } from '../protocol/explain-miss.ts';
import type { GoValue } from '../protocol/go-decoder.ts';
import type { Place } from './step.ts';

// The lines of a journal, as they stand in the file. Times are milliseconds since the replay began.

export const journalFormat = 'reprise-journal';
export const journalVersion = 1;

/** The first line: what is replayed, and how. */
export interface JournalHeader {
  format: typeof journalFormat;
  version: typeof journalVersion;
  /** ISO 8601, UTC. */
  started_at: string;
  pid: number;
  /** What is being tested, where the replay was told. */
  session?: string;
  /** Absolute paths. */
  recordings: string[];
  /** Options that bear upon a match and its answer. */
  options: Readonly<Record<string, unknown>>;
  /** What was to go wrong, as the command line has it, and the seed of all that is random in it. */
  faults?: string[];
  seed?: number;
}

/** A line that was asked, and what became of it: one of `matched`, `missed`, `passed` and `refused` is there. */
export interface AskedEntry {
  at: number;
  /** Which line it was, counted from 1 over the replay. */
  asked: number;
  /** The TCP connection; missing for stdio. */
  connection?: number;
  id: string;
  type?: string;
  action?: string;
  matched?: MatchedEntry;
  missed?: MissedEntry;
  /** It was not known, and was passed on to the program itself, to be recorded. */
  passed?: true;
  /** Why it is no request, in the program's words. */
  refused?: string;
}

/** A request that found nothing. */
export type MissedRequest = AskedEntry & { missed: MissedEntry };

export interface MatchedEntry {
  recording: string;
  /** The number of the recorded line, counted from 1 over its session. */
  invocation: number;
  /** How often the invocation has been given, this time included. */
  use: number;
  /** Where secrets were recorded, by JSON pointers into the message: the same secret came, or any. */
  secrets?: Readonly<Record<string, 'same' | 'any'>>;
}

export interface MissedEntry {
  /**
   * `unknown`: no recorded request is equal; `exhausted`: all equal ones have been given; `order`: it is not its turn;
   * `not-started`: the drop-in found nothing to play, and was asked nothing.
   */
  reason: 'unknown' | 'exhausted' | 'order' | 'not-started';
  /** What the client was told. */
  text: string;
  /** The request, with texts under secret names masked; or the beginning of a large one. */
  request?: GoValue;
  request_start?: string;
  /** The nearest recorded ones, the nearest first. */
  near: NearEntry[];
}

export interface NearEntry {
  recording: string;
  invocation: number;
  differences: DifferenceEntry[];
  /** How many there are; only the first are told. */
  difference_count: number;
  /** The options that would have made it match, where that takes only a few: as a shell takes them, and one by one. */
  remedy?: string;
  accept?: Remedy;
}

/** A place that differs. A side without value had none there; of a large value the beginning of its JSON is kept. */
export interface DifferenceEntry {
  /** A JSON pointer into the message. */
  path: string;
  recorded?: GoValue;
  recorded_start?: string;
  received?: GoValue;
  received_start?: string;
  /** The difference in words, for people. */
  text: string;
}

/** A message that was sent. */
export interface SentEntry {
  at: number;
  sent: Place;
  /** The line that it answers; missing for what answers none. */
  asked?: number;
  connection?: number;
  bytes: number;
  /** Milliseconds after it was due. */
  late: number;
}

/** A fault has acted. */
export interface FaultEntry {
  at: number;
  /** As the command line has it. */
  fault: string;
  /** What was due: `response 3`, `ready`, …; `time` for what happens so long after a request. */
  place: string;
  /** The line that was being answered; missing outside of all. */
  asked?: number;
  connection?: number;
}

/** How the replay ended. */
export interface EndEntry {
  at: number;
  event: 'end';
  code?: number;
  signal?: string;
}

export type JournalEntry = AskedEntry | SentEntry | FaultEntry | EndEntry;
