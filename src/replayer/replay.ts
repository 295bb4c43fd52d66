import { PassThrough } from 'node:stream';
import type { Readable, Writable } from 'node:stream';
import { checkOptions } from '../foundation/check-options.ts';
import type { TransportMode } from '../foundation/choices.ts';
import { systemClock } from '../foundation/clock.ts';
import { replayOptions } from '../foundation/replay-option-table.ts';
import { formats } from '../protocol/response-format.ts';
import type { ProcessExit } from '../transport/child.ts';
import { openOutlet } from '../transport/outlet.ts';
import { Journal } from './journal.ts';
import { createJournalHeader } from './journal-header.ts';
import type { SeededFaults } from './faults/plan-faults.ts';
import { Ledger } from './ledger.ts';
import { LineCache } from './line-cache.ts';
import { RequestReader } from './request-reader.ts';
import { loadFaults, openDisturber } from './load-faults.ts';
import { openScript } from './open-script.ts';
import { createTempo, parsePace } from './pace.ts';
import type { ReplayOptions } from './replay-options.ts';
import { otherOptions } from './replay-options.ts';
import type { Report } from './report.ts';
import type { Settled } from './settings.ts';
import { settle } from './settings.ts';
import type { StageOptions } from './stage.ts';
import { Stage } from './stage.ts';
import { prepareReport, refuseSame, writeReport } from './write-report.ts';

/** What a replay keeps of itself. */
interface Books {
  ledger: Ledger;
  journal: Journal;
  /** All of the recordings has been read. */
  reading: Promise<void>;
  options: ReplayOptions;
}

/** What only the drop-in asks for. */
export type OwnWays = Partial<Pick<StageOptions, 'format' | 'passOn' | 'client' | 'spelling'>>;

/** A plugin being played. */
export interface Replay extends AsyncDisposable {
  /** The port that it listens on, in TCP mode; 0 where the recorded plugin never came to that. */
  port: number;
  /** Write requests here, where no stdin was given. */
  stdin: Writable;
  /** Read messages here, where no stdout was given. */
  stdout: Readable;
  /** Read here what a fault floods it with, where no stderr was given. */
  stderr: Readable;
  /** What is random in the faults can be repeated with this; missing where there are none. */
  seed?: number;
  /** How it ended: of itself, by a recorded exit, by `stop`, or by SIGPIPE when nobody reads its stdout any more. */
  exited: Promise<ProcessExit>;
  /** The options that hold: those that were given, completed by the configuration. */
  options: Readonly<ReplayOptions>;
  /**
   * What has been used, repeated, not used, missed and refused so far.
   * @param longest no list of invocations is longer. @default all are told
   */
  report: (longest?: number) => Report;
  /** Ends it as SIGTERM ends the program: what runs goes on for up to 100 ms, and the status is 0. */
  stop: () => void;
  /** Ends it at once. */
  close: () => Promise<void>;
}

/**
 * Plays recordings as the plugin that was recorded. Resolves when the recordings are open and, in TCP mode, the port is
 * listened on; ready comes over the wire.
 *
 * @param recordings files, folders (all recordings in them) or patterns; several make one script. An empty list
 * means those of the nearest `reprise.config.json`, or else the folder `recordings`
 * @throws RepriseError where a recording can't be read, the port can't be had, or an option is none
 * @example
 * await using plugin = await replay('recordings/llm.jsonl', { mode: 'tcp', pace: 'instant' });
 * const socket = connect(plugin.port, '127.0.0.1');
 */
export async function replay(recordings: string | readonly string[], given: ReplayOptions = {}): Promise<Replay> {
  checkOptions(given, replayOptions, otherOptions);
  return startReplay(await settle([recordings].flat(), given));
}

/**
 * Plays what has been settled.
 * @throws RepriseError as `replay`
 */
export async function startReplay({ files, options, ...own }: Settled<ReplayOptions> & OwnWays): Promise<Replay> {
  const { mode = 'stdio', responseFormat = 'json', clock = systemClock } = options;
  const tempo = createTempo(parsePace(options.pace ?? 'recorded'), options.maxGap, options.startupGap);
  const { format = formats[responseFormat] } = own;
  const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const planned = await loadFaults(options, mode);
  const warn = (text: string): void => options.onWarning?.(text);

  if (options.journal !== undefined) refuseSame('--journal', options.journal, files);
  if (options.report !== undefined) refuseSame('--report', options.report, [...files, options.journal]);
  const script = await openScript(files, options);
  try {
    const journal = openJournal(files, options, planned);
    if (options.report !== undefined) prepareReport(options.report);
    const faults = await openDisturber(planned, { format, journal, clock });
    // Faults find messages in JSON, and write them in the format.
    const spoken = faults === undefined ? format : formats.json;
    const ledger = new Ledger(script, journal, { onMissed: options.onMissed, spelling: own.spelling, faults });
    const stage = new Stage({
      script,
      journal,
      ledger,
      lines: new LineCache(script, spoken),
      reader: new RequestReader(),
      tempo,
      clock,
      onMiss: options.onMiss ?? 'error',
      onUnfinished: options.onUnfinished ?? 'hang',
      exitOnEof: options.exitOnEof ?? false,
      stdout: options.stdout ?? openOutlet(output),
      stdin: options.stdin ?? (() => Promise.resolve(input)),
      stderr: options.stderr ?? ((bytes, onTaken) => void errors.write(bytes, onTaken)),
      ...own,
      format: spoken,
      faults,
    });
    // What a fault does must not depend on how fast the recordings are read.
    if (faults !== undefined) await script.readOn(() => undefined);
    for (const text of explainIdle(options, mode, planned !== undefined)) warn(text);
    if (mode === 'tcp' && script.isReady) await stage.listen(options);
    stage.start();
    const reading = stage.readScript().then(() => {
      for (const warning of script.warnings) warn(warning);
    });
    const exited = stage.exited
      .then((exit) => wrapUp({ ledger, journal, reading, options }, exit))
      .finally(() => {
        script.close();
        output.end();
        errors.end();
      });
    exited.catch(() => undefined); // not every caller waits for it
    const close = async (): Promise<void> => {
      await stage.finish({ code: 0, signal: null });
      await exited.catch(() => undefined); // told by `exited`
    };
    return {
      port: stage.port,
      stdin: input,
      stdout: output,
      stderr: errors,
      ...(planned === undefined ? {} : { seed: planned.seed }),
      exited,
      options,
      report: (longest) => ledger.report(longest),
      stop: () => stage.stop(),
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    script.close();
    throw error;
  }
}

/** What there is to do when all is over: the report, the status, the end of the journal. */
async function wrapUp({ ledger, journal, reading, options }: Books, exit: ProcessExit): Promise<ProcessExit> {
  const { report: file, strict = false } = options;
  // What has not been used is known only when all has been read.
  if (strict || file !== undefined) await reading;
  const isGood = !strict || ledger.report(0).ok;
  if (file !== undefined) await writeReport(file, ledger.report(), strict);
  const last = exit.code === 0 && !isGood ? { code: 1, signal: null } : exit;
  journal.end(last);
  return last;
}

function openJournal(files: readonly string[], options: ReplayOptions, planned: SeededFaults | undefined): Journal {
  return new Journal({
    header: createJournalHeader(files, options, planned),
    clock: options.clock ?? systemClock,
    file: options.journal,
    folder: options.journalDir,
    onEntry: options.onJournal,
    onFailure: (text) => options.onWarning?.(text),
  });
}

/** Options that do nothing here, in words. */
function explainIdle(
  { host, port, exitOnEof, seed }: ReplayOptions,
  mode: TransportMode,
  hasFaults: boolean,
): string[] {
  const idle = mode === 'tcp' ? { exitOnEof } : { host, port };
  const words = Object.entries(idle).flatMap(([name, value]) =>
    value === undefined || value === false ? [] : [`\`${name}\` does nothing in ${mode} mode.`],
  );
  return seed === undefined || hasFaults ? words : [...words, '`seed` does nothing without faults.'];
}
