import { libraryName } from '../foundation/check-options.ts';
import { longestTimer } from '../foundation/clock.ts';
import { createDeferred } from '../foundation/deferred.ts';
import { replayOptions } from '../foundation/option-table.ts';
import type { ReadOptions } from '../foundation/read-options.ts';
import type { Replay, ReplayOptions } from '../replayer/replay.ts';
import { replay } from '../replayer/replay.ts';
import { openOwnStdout } from '../transport/outlet.ts';
import { endLike } from './end-like.ts';

/** Is the plugin, until it is told to stop. */
export async function runReplay({ values, words }: ReadOptions): Promise<number> {
  const started = createDeferred<Replay>();
  const stop = (): void => void started.promise.then((plugin) => plugin.stop());
  // Before ready is sent: a client may send its signal as soon as it sees that.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
  const plugin = await replay(words, {
    ...optionsOf(values),
    stdin: async () => (await import('../transport/own-stdio.ts')).openOwnStdin(),
    stdout: openOwnStdout(),
    onWarning: (text) => process.stderr.write(`reprise: ${text}\n`),
  });
  started.resolve(plugin);
  setInterval(() => undefined, longestTimer); // the program lives on when its stdin has ended and nothing is being answered
  return endLike(await plugin.exited);
}

/** The library's names for what the option table has read, and checked. */
function optionsOf(values: ReadOptions['values']): ReplayOptions {
  const given = replayOptions.filter(({ flag }) => values[flag] !== undefined);
  return Object.fromEntries(given.map((spec) => [libraryName(spec), values[spec.flag]]));
}
