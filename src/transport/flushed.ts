import type { Writable } from 'node:stream';

/** Resolves when all that was written to a stream has been given to the system, or can't be any more. */
export function flushed(stream: Writable): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('close', resolve);
    stream.once('error', () => resolve());
    if (stream.writableEnded) stream.once('finish', resolve);
    else stream.write('', () => resolve());
  });
}
