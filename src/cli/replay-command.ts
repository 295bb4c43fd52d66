import type { ReadOptions } from '../foundation/read-options.ts';
import { settle } from '../replayer/settings.ts';
import { hideInName } from './drop-in/session-name.ts';
import { optionsOf } from './library-options.ts';
import { play } from './play.ts';

/** Is the plugin, until it is told to stop. */
export function runReplay({ values, words }: ReadOptions): Promise<number> {
  const session = process.env['REPRISE_SESSION'] ?? process.env['PYTEST_CURRENT_TEST'];
  return play(() =>
    settle(words, { ...optionsOf(values), ...(session === undefined ? {} : { session: hideInName(session) }) }),
  );
}
