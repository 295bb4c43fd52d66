export { RepriseError } from './foundation/reprise-error.ts';
export type { ErrorCode } from './foundation/reprise-error.ts';
export { record } from './recorder/record.ts';
export type { Recorder, RecordOptions, RecordResult } from './recorder/record.ts';
export { replay } from './replayer/replay.ts';
export type { Replay, ReplayOptions } from './replayer/replay.ts';
export type { Pace } from './replayer/pace.ts';
export type { ProcessExit } from './transport/child.ts';
