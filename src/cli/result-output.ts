import { styleText } from 'node:util';
import { systemCode } from '../foundation/reprise-error.ts';

type Style = Parameters<typeof styleText>[0];

/** Colours a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

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
  const isColoured = stream.isTTY && (env['NO_COLOR'] ?? '') === '';
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
    paint: isColoured ? (style, text) => styleText(style, text) : (_style, text) => text,
    width: stream.isTTY ? stream.columns : undefined,
  };
}
