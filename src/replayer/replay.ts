import { PassThrough } from 'node:stream';
import type { Readable, Writable } from 'node:stream';
import type { ResponseFormatName, TransportMode, UnfinishedPolicy } from '../foundation/choices.ts';
import type { Clock } from '../foundation/clock.ts';
import { systemClock } from '../foundation/clock.ts';
import { replayOptions } from '../foundation/option-table.ts';
import { checkOptions } from '../foundation/check-options.ts';
import { formats } from '../protocol/response-format.ts';
import { findRecordings } from '../recording/find-recordings.ts';
import type { ProcessExit } from '../transport/child.ts';
import type { Outlet } from '../transport/outlet.ts';
import { openOutlet } from '../transport/outlet.ts';
import { LineCache } from './line-cache.ts';
import type { Pace } from './pace.ts';
import { createTempo, parsePace } from './pace.ts';
import { Script } from './script.ts';
import { Stage } from './stage.ts';

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
  /** What an invocation does that never ended in the recording. @default 'hang' */
  onUnfinished?: UnfinishedPolicy;
  /** Whether the end of stdin ends it, once all is answered; the program itself goes on. @default false */
  exitOnEof?: boolean;
  /** Where requests come from in stdio mode. @default a stream that `Replay.stdin` writes to */
  stdin?: () => Promise<Readable>;
  /** Where messages go. @default a stream that `Replay.stdout` reads */
  stdout?: Outlet;
  /** Told of what is odd in a recording and does no harm, such as a last line that was cut off. */
  onWarning?: (text: string) => void;
  clock?: Clock;
}

/** A plugin being played. */
export interface Replay extends AsyncDisposable {
  /** The port that it listens on, in TCP mode; 0 where the recorded plugin never came to that. */
  port: number;
  /** Write requests here, where no stdin was given. */
  stdin: Writable;
  /** Read messages here, where no stdout was given. */
  stdout: Readable;
  /** How it ended: of itself, by a recorded exit, by `stop`, or by SIGPIPE when nobody reads its stdout any more. */
  exited: Promise<ProcessExit>;
  /** Ends it as SIGTERM ends the program: what runs goes on for up to 100 ms, and the status is 0. */
  stop: () => void;
  /** Ends it at once. */
  close: () => Promise<void>;
}

/**
 * Plays recordings as the plugin that was recorded. Resolves when the recordings are open and, in TCP mode, the port is
 * listened on; ready comes over the wire.
 *
 * @param recordings files, folders (all recordings in them) or patterns; several make one script
 * @throws RepriseError where a recording can't be read, the port can't be had, or an option is none
 * @example
 * await using plugin = await replay('recordings/llm.jsonl', { mode: 'tcp', pace: 'instant' });
 * const socket = connect(plugin.port, '127.0.0.1');
 */
export async function replay(recordings: string | readonly string[], options: ReplayOptions = {}): Promise<Replay> {
  checkOptions(options, replayOptions, ['stdin', 'stdout', 'onWarning', 'clock']);
  const { mode = 'stdio', responseFormat = 'json', maxGap, startupGap, clock = systemClock } = options;
  const tempo = createTempo(parsePace(options.pace ?? 'recorded'), maxGap, startupGap);
  const format = formats[responseFormat];
  const [input, output] = [new PassThrough(), new PassThrough()];

  const script = await Script.open(await findRecordings([recordings].flat()));
  const stage = new Stage({
    script,
    lines: new LineCache(script, format),
    tempo,
    clock,
    format,
    onUnfinished: options.onUnfinished ?? 'hang',
    exitOnEof: options.exitOnEof ?? false,
    stdout: options.stdout ?? openOutlet(output),
    stdin: options.stdin ?? (() => Promise.resolve(input)),
  });
  for (const text of explainIdle(options, mode)) options.onWarning?.(text);
  try {
    if (mode === 'tcp' && script.isReady) await stage.listen(options);
  } catch (error) {
    script.close();
    throw error;
  }
  stage.start();
  void stage.readScript().then(() => {
    for (const warning of script.warnings) options.onWarning?.(warning);
  });

  stage.exited.then(
    () => output.end(),
    () => output.end(),
  );
  const close = (): Promise<void> => stage.finish({ code: 0, signal: null });
  return {
    port: stage.port,
    stdin: input,
    stdout: output,
    exited: stage.exited,
    stop: () => stage.stop(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Options that do nothing in this mode, in words. */
function explainIdle({ host, port, exitOnEof }: ReplayOptions, mode: TransportMode): string[] {
  const idle = mode === 'tcp' ? { exitOnEof } : { host, port };
  return Object.entries(idle).flatMap(([name, value]) =>
    value === undefined || value === false ? [] : [`\`${name}\` does nothing in ${mode} mode.`],
  );
}
