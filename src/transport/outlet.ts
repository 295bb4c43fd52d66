import { closeSync, openSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { systemCode } from '../foundation/reprise-error.ts';
import { flushed } from './flushed.ts';

/** Where messages go: bytes, or text that stands for bytes, a character each (Latin-1). */
export interface Outlet {
  /**
   * Sends what `count` messages make up.
   * @returns false when no more should come until `onDrain`
   */
  write: (bytes: Buffer | string, count: number) => boolean;
  onDrain: (callback: () => void) => void;
  /** Messages that could not be written, with the system's code (`EPIPE`). */
  onFailure: (callback: (code: string, count: number) => void) => void;
  /** Resolves when all that was written has left this process, or can't. */
  flushed: () => Promise<void>;
  /** Closes it when all that was written has left; what is written later is lost. */
  close: () => void;
}

/** A stream as an outlet. */
export function openOutlet(stream: Writable): Outlet {
  let fail: ((code: string, count: number) => void) | undefined;
  let failure: string | undefined;
  let isClosed = false;
  stream.on('error', (error) => {
    // Each write that fails says so itself, below; without a listener the process would end here.
    failure ??= codeOf(error);
  });
  return {
    write(bytes, count) {
      if (isClosed) return true;
      if (failure !== undefined || stream.destroyed) {
        fail?.('EPIPE', count);
        return true;
      }
      return stream.write(bytes, 'latin1', (error) => {
        // A write that is cut short since reading has failed is called back without an error.
        const code = error === null || error === undefined ? failure : codeOf(error);
        if (code !== undefined) fail?.(code, count);
      });
    },
    // A stream that has failed never drains, and takes all: what is still to come is to be tried, and told, too.
    onDrain: (callback) => void stream.on('drain', callback).on('close', callback),
    onFailure(callback) {
      fail = callback;
    },
    flushed: () => (isClosed ? Promise.resolve() : flushed(stream)),
    close() {
      if (!isClosed) stream.end();
      isClosed = true;
    },
  };
}

function codeOf(error: unknown): string {
  return systemCode(error) ?? 'EPIPE';
}

/**
 * This process's stdout. What is written first, before any request can come, goes straight to the descriptor: the
 * stream that Node makes for it takes 3 ms to set up, and ready should not wait for that.
 */
export function openOwnStdout(): Outlet {
  let stream: Outlet | undefined;
  const waiting: ((outlet: Outlet) => void)[] = [];
  const open = (): Outlet => {
    if (stream !== undefined) return stream;
    stream = openOutlet(process.stdout);
    for (const callback of waiting) callback(stream);
    return stream;
  };
  let isFirst = true;
  let isClosed = false;
  return {
    write(bytes, count) {
      if (!isFirst || bytes.length > 4096) return open().write(bytes, count);
      isFirst = false;
      return writeDirectly(bytes) || open().write(bytes, count);
    },
    onDrain: (callback) => void waiting.push((outlet) => outlet.onDrain(callback)),
    onFailure: (callback) => void waiting.push((outlet) => outlet.onFailure(callback)),
    flushed: () => stream?.flushed() ?? Promise.resolve(),
    close() {
      if (isClosed) return;
      isClosed = true;
      const outlet = open();
      void outlet.flushed().then(() => {
        closeSync(1);
        openSync('/dev/null', 'w'); // takes the number, so that no other file gets it
      });
      outlet.close();
    },
  };
}

/** A pipe takes up to 4 KiB whole or not at all. */
function writeDirectly(bytes: Buffer | string): boolean {
  try {
    writeSync(1, typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    return true;
  } catch {
    // A full pipe that does not block, or a closed one: the stream sees to both.
    return false;
  }
}
