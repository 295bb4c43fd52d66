import { longestTimer } from '../foundation/clock.ts';
import { createDeferred } from '../foundation/deferred.ts';
import type { OwnWays, Replay } from '../replayer/replay.ts';
import { unheededSignals } from '../replayer/recorded-end.ts';
import { startReplay } from '../replayer/replay.ts';
import type { ReplayOptions } from '../replayer/replay-options.ts';
import type { Settled } from '../replayer/settings.ts';
import type { ProcessExit } from '../transport/child.ts';
import { openOwnStdout } from '../transport/outlet.ts';
import { endLike } from './end-like.ts';
import type { Notes } from './notes.ts';
import { openNotes } from './notes.ts';

/** So many of what was repeated, not used or missed are named at the end. */
const mostNamed = 50;

/** A Go program that gets SIGQUIT tells where it is, which means nothing here, and ends so. */
const quitted: ProcessExit = { code: 2, signal: null };

/** What is to be played by this process. */
export interface Programme extends Settled<ReplayOptions>, OwnWays {
  /** What is to be said at the beginning. */
  warnings?: readonly string[];
  /** Whether a good end is told, too. @default true */
  tellsGoodEnd?: boolean;
  /** Called once the recordings are open, or can't be opened. */
  onOpen?: () => void;
  /** Called when the replay is over, and waited for. It may have something to say. */
  onExit?: () => Promise<string | undefined>;
}

/**
 * Is the plugin over this process's own streams, until it is told to stop.
 * @param prepare is called when signals are listened to already: a client may send one at any time
 * @returns the exit status
 */
export async function play(prepare: () => Promise<Programme>): Promise<number> {
  const started = createDeferred<Replay>();
  const stop = (): void => void started.promise.then((plugin) => plugin.stop());
  for (const signal of unheededSignals) process.on(signal, () => undefined);
  const quit = createDeferred<ProcessExit>();
  process.on('SIGQUIT', () => quit.resolve(quitted));
  // Before ready is sent: a client may send its signal as soon as it sees that.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
  const notes = openNotes(process.env);
  const warn = (text: string): void =>
    void import('./escape-text.ts').then(({ escapeText }) => notes.say(`reprise: ${escapeText(text)}\n`));
  const { options, warnings = [], tellsGoodEnd = true, onOpen, onExit, ...programme } = await prepare();
  for (const text of warnings) warn(text);
  const plugin = await startReplay({
    ...programme,
    options: {
      ...options,
      stdin: async () => (await import('../transport/own-stdio.ts')).openOwnStdin(),
      stdout: openOwnStdout(),
      stderr: (bytes, onTaken) => void process.stderr.write(bytes, () => onTaken()),
      onWarning: warn,
      onMissed: (miss, journal) =>
        void import('./render-asked.ts').then(({ renderMiss }) => notes.say(renderMiss(miss, journal, notes.paint))),
    },
  }).finally(() => onOpen?.());
  started.resolve(plugin);
  if (plugin.seed !== undefined) warn(await explainSeed(plugin.seed, programme.spelling));
  setInterval(() => undefined, longestTimer); // the program lives on when its stdin has ended and nothing is being answered
  const exit = await Promise.race([plugin.exited, quit.promise]);
  const last = await onExit?.();
  if (last !== undefined) notes.say(`reprise: ${last}\n`);
  await sayReport(plugin, notes, tellsGoodEnd);
  await notes.flushed();
  return endLike(exit);
}

/** What is random in the faults can be had again. */
async function explainSeed(seed: number, spelling: OwnWays['spelling']): Promise<string> {
  const { spellOption } = await import('../foundation/spell-option.ts');
  return `faults with seed ${seed}; for the same again: ${spellOption('seed', [String(seed)], spelling)}`;
}

/** What was used is said where something was asked, or where it matters. */
async function sayReport(plugin: Replay, notes: Notes, tellsGoodEnd: boolean): Promise<void> {
  const isStrict = plugin.options.strict === true;
  const report = plugin.report(mostNamed);
  const { used, missed, refused, idle } = report.counts;
  if ((tellsGoodEnd ? used : 0) + missed + refused + idle === 0 && !isStrict) return;
  const { renderReport } = await import('./render-report.ts');
  notes.say(renderReport(report, isStrict, notes.paint));
}
