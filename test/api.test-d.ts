// Checked by `tsc`, never run: what the library's types promise to its callers.
import type { Readable, Writable } from 'node:stream';
import type { FaultSpec, Pace, ProcessExit, Recorder, RecordResult, Replay, ReplayOptions } from 'reprise';
import { record, replay, RepriseError } from 'reprise';
import { expectTypeOf } from 'vitest';

expectTypeOf(replay).parameter(0).toEqualTypeOf<string | readonly string[]>();
expectTypeOf(replay).returns.resolves.toEqualTypeOf<Replay>();
expectTypeOf<Replay>().toExtend<AsyncDisposable>();
expectTypeOf<Replay['exited']>().resolves.toEqualTypeOf<ProcessExit>();
expectTypeOf<Replay['stdin']>().toEqualTypeOf<Writable>();
expectTypeOf<Replay['stdout']>().toEqualTypeOf<Readable>();
expectTypeOf<ReplayOptions['mode']>().toEqualTypeOf<'stdio' | 'tcp' | undefined>();
expectTypeOf<ReplayOptions['onUnfinished']>().toEqualTypeOf<'hang' | 'error' | undefined>();

expectTypeOf<'recorded'>().toExtend<Pace>();
expectTypeOf<'2x'>().toExtend<Pace>();
expectTypeOf<'0.5x'>().toExtend<Pace>();
expectTypeOf<'fast'>().not.toExtend<Pace>();

expectTypeOf(record).returns.resolves.toEqualTypeOf<Recorder>();
expectTypeOf<Recorder>().toExtend<AsyncDisposable>();
expectTypeOf<Recorder['finished']>().resolves.toEqualTypeOf<RecordResult>();
expectTypeOf<RecordResult['unfinished']>().items.toEqualTypeOf<{ id: string; action: string }>();
expectTypeOf<RecordResult['loss']>().toEqualTypeOf<Error | undefined>();

// @ts-expect-error a command is needed
void record({});
// @ts-expect-error there is no such mode
void replay('a.jsonl', { mode: 'udp' });
// @ts-expect-error there is no such option
void replay('a.jsonl', { speed: 2 });

expectTypeOf(new RepriseError('usage', 'text').exitStatus).toEqualTypeOf<number>();

expectTypeOf<{ fault: 'stall'; at: string }>().toExtend<FaultSpec>();
expectTypeOf<{ fault: 'rate-limited'; text: string; chance: number }>().toExtend<FaultSpec>();
expectTypeOf<NonNullable<ReplayOptions['faults']>>().items.toEqualTypeOf<string | FaultSpec>();
// @ts-expect-error there is no such fault
void replay('a.jsonl', { faults: [{ fault: 'stal' }] });
// @ts-expect-error it has no such parameter
void replay('a.jsonl', { faults: [{ fault: 'stall', ms: 3 }] });
// @ts-expect-error a message has no such member
void replay('a.jsonl', { faults: [{ fault: 'missing-field', field: 'id' }] });
