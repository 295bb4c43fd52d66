import { within } from '../foundation/clock.ts';
import { flushed } from '../transport/flushed.ts';
import { isPipe, openAnew } from '../transport/own-descriptor.ts';
import type { Paint } from './paint.ts';
import { createPaint } from './paint.ts';

/** So much is said at most to whoever is no terminal: a client may never read it, and a full pipe would hang it. */
const most = 32 << 10;
const last = 'reprise: more is not said here.\n';
/** What was said last may take so long to be taken, in milliseconds. */
const patience = 100;

/** What a replay says to people, on stderr; it never waits for them. */
export interface Notes {
  say: (text: string) => void;
  paint: Paint;
  /** Resolves when all has been taken, or soon. */
  flushed: () => Promise<void>;
}

/** Nothing is opened before there is something to say, as that takes milliseconds. */
export function openNotes(env: NodeJS.ProcessEnv): Notes {
  // Before anything has used `process.stderr`, which Node does whenever a socket closes.
  if (isPipe(2)) openAnew(2);
  let stream: NodeJS.WriteStream | undefined;
  let left = most - last.length;
  const open = (): NodeJS.WriteStream => (stream ??= process.stderr.on('error', () => (left = 0)));
  return {
    say(text) {
      const size = Buffer.byteLength(text);
      const isWhole = open().isTTY || size <= left;
      if (left > 0) open().write(isWhole ? text : last);
      left = isWhole ? left - (open().isTTY ? 0 : size) : 0;
    },
    paint: (style, text) => createPaint(open(), env)(style, text),
    async flushed() {
      if (stream !== undefined) await within(patience, flushed(stream));
    },
  };
}
