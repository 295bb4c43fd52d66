import { systemCode } from '../foundation/reprise-error.ts';
import type { Paint } from './paint.ts';
import { createPaint } from './paint.ts';

/** Where a command's result goes, for people or programs. */
export interface ResultOutput {
  /** Resolves when the text has gone out. */
  write: (text: string) => Promise<void>;
  /** Whoever read it has gone, as `head` does: there is no use in going on. */
  readonly isClosed: boolean;
  paint: Paint;
  /** Columns of the terminal, or undefined where it is none. */
  width: number | undefined;
}

/** stdout; in colour only on a terminal, and not where `NO_COLOR` is set. */
export function openResultOutput(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): ResultOutput {
  let isClosed = false;
  stream.on('error', () => (isClosed = true)); // told to whoever writes
  return {
    write(text) {
      if (isClosed) return Promise.resolve();
      return new Promise((resolve, reject) => {
        stream.write(text, (error) => {
          if (error === null || error === undefined || systemCode(error) === 'EPIPE') resolve();
          else reject(error);
        });
      });
    },
    get isClosed() {
      return isClosed;
    },
    paint: createPaint(stream, env),
    width: stream.isTTY ? stream.columns : undefined,
  };
}
