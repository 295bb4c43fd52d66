import type { Readable } from 'node:stream';
import type {
  ExhaustedPolicy,
  MatchOrder,
  MissPolicy,
  ResponseFormatName,
  SecretPolicy,
  TransportMode,
  UnfinishedPolicy,
} from '../foundation/choices.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Outlet } from '../transport/outlet.ts';
import type { FaultSpec } from './faults/fault-spec.ts';
import type { JournalEntry, MissedRequest } from './journal-entry.ts';
import type { Pace } from './pace.ts';

/** How a recording is played. */
export interface ReplayOptions {
  /** @default 'stdio' */
  mode?: TransportMode;
  /** @default 'json' */
  responseFormat?: ResponseFormatName;
  /** @default 'recorded' */
  pace?: Pace;
  /** No wait between two messages of an invocation is longer, in milliseconds. @default none */
  maxGap?: number;
  /** No wait during start-up is longer, in milliseconds. @default 250, or 0 at instant pace */
  startupGap?: number;
  /** The address to listen on in TCP mode, instead of 127.0.0.1 and ::1. */
  host?: string;
  /** The port to listen on in TCP mode; 0 for any. @default 0 */
  port?: number;
  /** Places of the request that are not compared: JSON pointers, in which `*` and `**` may stand. */
  ignore?: readonly string[];
  /** Places where any value of a set will do: `/request/id=uuid`; or date, number, string, a regular expression. */
  match?: readonly string[];
  /** Whether different requests must come in the recorded order, connection by connection. @default 'any' */
  order?: MatchOrder;
  /** What a request gets when all that are equal to it have been given. @default 'repeat' */
  onExhausted?: ExhaustedPolicy;
  /** What matches the placeholder of a secret: any value, the same one throughout, or exactly the recorded one. @default 'any' */
  secrets?: SecretPolicy;
  /** What a request gets that finds nothing: an error that says why, or no answer. @default 'error' */
  onMiss?: MissPolicy;
  /** What an invocation does that never ended in the recording. @default 'hang' */
  onUnfinished?: UnfinishedPolicy;
  /** What goes wrong: `{ fault: 'stall', at: 'response 3' }`, or as the command line has it. */
  faults?: readonly (string | FaultSpec)[];
  /** A file of faults, in YAML or JSON. */
  faultPlan?: string;
  /** Repeats what was random in the faults. @default any */
  seed?: number;
  /** The configuration that is kept with the recordings. @default the nearest `reprise.config.json` */
  config?: string;
  /** The file for the journal. @default none, or a temporary one once a request has found nothing */
  journal?: string;
  /** A folder in which this replay keeps a journal of its own. */
  journalDir?: string;
  /** The file for the report at the end: JSON, or JUnit XML where its name ends in .xml. */
  report?: string;
  /** Whether it ends with status 1 where an invocation was repeated or not used, a request found none, or a fault never acted. @default false */
  strict?: boolean;
  /** What is being tested, for the journal. */
  session?: string;
  /** Whether the end of stdin ends it, once all is answered; the program itself goes on. @default false */
  exitOnEof?: boolean;
  /** Where requests come from in stdio mode. @default a stream that `Replay.stdin` writes to */
  stdin?: () => Promise<Readable>;
  /** Where messages go. @default a stream that `Replay.stdout` reads */
  stdout?: Outlet;
  /** Where a fault writes beside the wire; calls back when all has been taken. @default a stream that `Replay.stderr` reads */
  stderr?: (bytes: Buffer, onTaken: () => void) => void;
  /** Told of what is odd in a recording and does no harm, such as a last line that was cut off. */
  onWarning?: (text: string) => void;
  /** Told of every entry of the journal, as it is made. */
  onJournal?: (entry: JournalEntry) => void;
  /** Told of every request that found nothing, and of the journal's file. */
  onMissed?: (miss: MissedRequest, journal: string | undefined) => void;
  clock?: Clock;
}

/** Those that no flag of the command line stands for. */
export const otherOptions = [
  'session',
  'stdin',
  'stdout',
  'stderr',
  'onWarning',
  'onJournal',
  'onMissed',
  'clock',
] as const;
