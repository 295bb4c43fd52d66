import { Writable } from 'node:stream';
import prettyBytes from 'pretty-bytes';
import { isInForeground } from './foreground.ts';

/** Redrawn so often at most, in milliseconds. */
const interval = 250;
const clearLine = '\r\u001B[2K';

/** What the live line counts. */
type Counts = () => { messages: number; bytes: number };

export interface LiveLineOptions {
  stderr: Writable;
  stdout: Writable;
  /** Which of them are terminals; taken to be the same one. */
  isTerminal: { stderr: boolean; stdout: boolean };
  isQuiet: boolean;
}

/** A line on a terminal that says how far the session is, without getting into the way of what is printed there. */
export interface LiveLine {
  /** Take what else goes to the terminal: what the plugin says. */
  stderr: Writable;
  stdout: Writable;
  print: (text: string) => void;
  start: (counts: Counts) => void;
  stop: () => void;
}

/** On anything but a terminal, and when quiet, there is no line and all goes straight through. */
export function openLiveLine({ stderr, stdout, isTerminal, isQuiet }: LiveLineOptions): LiveLine {
  const isLive = isTerminal.stderr && !isQuiet;
  let counts: Counts | undefined;
  let isAtLineStart = true;
  let shown = '';
  let timer: NodeJS.Timeout | undefined;
  stderr.on('error', () => clearInterval(timer)); // a terminal that has gone: nobody is there to be told

  const draw = (): void => {
    if (!isAtLineStart || counts === undefined) return;
    const text = renderCounts(counts());
    if (text === shown || !isInForeground()) return;
    stderr.write(`${clearLine}${text}`);
    shown = text;
  };
  const clear = (): void => {
    if (shown !== '') stderr.write(clearLine);
    shown = '';
  };
  const around = (terminal: Writable): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        clear();
        isAtLineStart = chunk[chunk.length - 1] === 0x0a;
        terminal.write(chunk, () => done()); // a terminal that has gone takes all
      },
    });
  return {
    stderr: isLive ? around(stderr) : stderr,
    stdout: isLive && isTerminal.stdout ? around(stdout) : stdout,
    print(text) {
      clear();
      stderr.write(text);
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

function renderCounts({ messages, bytes }: ReturnType<Counts>): string {
  return `reprise: ${messages} message${messages === 1 ? '' : 's'}, ${prettyBytes(bytes)}`;
}
