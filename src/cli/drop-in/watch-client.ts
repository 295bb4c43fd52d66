import type { Readable } from 'node:stream';
import { isParentGone, readStdinNow } from '../../transport/parent.ts';

/** So often it is asked whether the client is gone, in milliseconds. */
const watchStep = 200;
/** So much of what a client left may wait for a program that does not take it. */
const mostHeld = 1 << 20;

/**
 * A client that was killed sends no signal, nor does one that ends `npx`, which passes none on: stdin ends, and the
 * process that started this one is gone.
 * @param onGone is called once, when both are true
 * @returns ends the watch
 */
export function watchClient(stdin: Readable, onGone: () => void): () => void {
  let hasEnded = false;
  for (const event of ['end', 'close', 'error']) stdin.once(event, () => (hasEnded = true));
  const watch = setInterval(() => {
    if (!isParentGone()) return;
    const left = hasEnded ? 'end' : stdin.readableLength < mostHeld ? readStdinNow() : 'nothing';
    if (typeof left !== 'string') stdin.push(left); // behind what the stream has read itself
    if (left !== 'end') return;
    clearInterval(watch);
    onGone();
  }, watchStep);
  return () => clearInterval(watch);
}
