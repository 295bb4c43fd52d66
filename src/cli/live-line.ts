import { Writable } from 'node:stream';
import prettyBytes from 'pretty-bytes';

/** Redrawn so often, in milliseconds. */
const interval = 250;
const clearLine = '\r\u001B[2K';

/** What the live line counts. */
export type Counts = () => { messages: number; bytes: number };

/** A line on a terminal that says how far the session is, without getting into the way of what is printed there. */
export interface LiveLine {
  /** Takes what else goes to the terminal: the plugin's stderr. */
  stream: Writable;
  print: (text: string) => void;
  start: (counts: Counts) => void;
  stop: () => void;
}

/** On anything but a terminal, and when quiet, there is no line and all goes straight through. */
export function openLiveLine(terminal: NodeJS.WriteStream, isQuiet: boolean): LiveLine {
  const isLive = terminal.isTTY && !isQuiet;
  let counts: Counts | undefined;
  let isAtLineStart = true;
  let isShown = false;
  let timer: NodeJS.Timeout | undefined;

  const draw = (): void => {
    if (!isAtLineStart || counts === undefined) return;
    const { messages, bytes } = counts();
    terminal.write(`${clearLine}reprise: ${messages} messages, ${prettyBytes(bytes)}`);
    isShown = true;
  };
  const clear = (): void => {
    if (isShown) terminal.write(clearLine);
    isShown = false;
  };
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      clear();
      isAtLineStart = chunk[chunk.length - 1] === 0x0a;
      terminal.write(chunk, () => done());
    },
  });
  return {
    stream: isLive ? stream : terminal,
    print(text) {
      clear();
      terminal.write(text);
    },
    start(given) {
      if (!isLive) return;
      counts = given;
      timer = setInterval(draw, interval);
      timer.unref();
    },
    stop() {
      clearInterval(timer);
      clear();
    },
  };
}
