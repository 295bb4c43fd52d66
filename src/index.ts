export { RepriseError } from './foundation/reprise-error.ts';
export type { ErrorCode } from './foundation/reprise-error.ts';
export { record } from './recorder/record.ts';
export type { RecordOptions } from './recorder/record.ts';
export type { Recorder, RecordResult } from './recorder/start-recording.ts';
export { replay } from './replayer/replay.ts';
export type { FaultSpec } from './replayer/faults/fault-spec.ts';
export type { FiredFault } from './replayer/faults/firing.ts';
export type { Replay } from './replayer/replay.ts';
export type { ReplayOptions } from './replayer/replay-options.ts';
export type { Report, ReportedInvocation, ReportedMiss, ReportedRefusal } from './replayer/report.ts';
export type {
  AskedEntry,
  EndEntry,
  FaultEntry,
  JournalEntry,
  MissedRequest,
  SentEntry,
} from './replayer/journal-entry.ts';
export type { Pace } from './replayer/pace.ts';
export type { ProcessExit } from './transport/child.ts';
export type { LastWill } from './transport/guard.ts';
