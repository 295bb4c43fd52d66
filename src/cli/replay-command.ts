import type { ReadOptions } from '../foundation/read-options.ts';
import { settle } from '../replayer/settings.ts';
import { isPipe } from '../transport/own-descriptor.ts';
import { isParentGone, readStdinNow } from '../transport/parent.ts';
import { optionsOf } from './library-options.ts';
import { play } from './play.ts';

/** Is the plugin, until it is told to stop, or its client is gone. */
export function runReplay({ values, words }: ReadOptions): Promise<number> {
  const session = process.env['REPRISE_SESSION'] ?? process.env['PYTEST_CURRENT_TEST'];
  // One that was started in the background and left alone has no pipe, and one in a shell pipe ends of itself.
  const hasClient = isPipe(0) && values['exit-on-eof'] !== true;
  return play(async () => ({
    ...(await settle(words, { ...optionsOf(values), ...(session === undefined ? {} : { session }) })),
    ...(hasClient ? { client: { isGone: isParentGone, readLeft: readStdinNow } } : {}),
  }));
}
