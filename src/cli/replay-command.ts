import { longestTimer } from '../foundation/clock.ts';
import { createDeferred } from '../foundation/deferred.ts';
import type { ReadOptions } from '../foundation/read-options.ts';
import type { Replay } from '../replayer/replay.ts';
import { replay } from '../replayer/replay.ts';
import { openOwnStdout } from '../transport/outlet.ts';
import { endLike } from './end-like.ts';
import { optionsOf } from './library-options.ts';
import type { Notes } from './notes.ts';
import { openNotes } from './notes.ts';

/** So many of what was repeated, not used or missed are named at the end. */
const mostNamed = 50;

/** Is the plugin, until it is told to stop. */
export async function runReplay({ values, words }: ReadOptions): Promise<number> {
  const started = createDeferred<Replay>();
  const stop = (): void => void started.promise.then((plugin) => plugin.stop());
  // Before ready is sent: a client may send its signal as soon as it sees that.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
  const notes = openNotes(process.env);
  const session = process.env['REPRISE_SESSION'] ?? process.env['PYTEST_CURRENT_TEST'];
  const plugin = await replay(words, {
    ...optionsOf(values),
    ...(session === undefined ? {} : { session }),
    stdin: async () => (await import('../transport/own-stdio.ts')).openOwnStdin(),
    stdout: openOwnStdout(),
    onWarning: (text) =>
      void import('./escape-text.ts').then(({ escapeText }) => notes.say(`reprise: ${escapeText(text)}\n`)),
    onMissed: (miss, journal) =>
      void import('./render-asked.ts').then(({ renderMiss }) => notes.say(renderMiss(miss, journal, notes.paint))),
  });
  started.resolve(plugin);
  setInterval(() => undefined, longestTimer); // the program lives on when its stdin has ended and nothing is being answered
  const exit = await plugin.exited;
  await sayReport(plugin, notes);
  await notes.flushed();
  return endLike(exit);
}

/** What was used is said where something was asked, or where it matters. */
async function sayReport(plugin: Replay, notes: Notes): Promise<void> {
  const isStrict = plugin.options.strict === true;
  const report = plugin.report(mostNamed);
  const { used, missed, refused } = report.counts;
  if (used + missed + refused === 0 && !isStrict) return;
  const { renderReport } = await import('./render-report.ts');
  notes.say(renderReport(report, isStrict, notes.paint));
}
