import { closeSync, openSync } from 'node:fs';
import type { SocketConstructorOpts } from 'node:net';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { Stdio } from './own-descriptor.ts';
import { isPipe, openAnew } from './own-descriptor.ts';

/** Without `manualStart`, as Node's own stdin has it too, a socket reads ahead from its first moment. */
const unread: SocketConstructorOpts & { manualStart: true } = {
  fd: 0,
  readable: true,
  writable: false,
  manualStart: true,
};

/**
 * This process's stdin; nothing is read before somebody listens. Destroying it lets go of a pipe, so that its writer is
 * told by its next write.
 */
export function openOwnStdin(): Readable {
  if (!isPipe(0)) return process.stdin;
  openAnew(0);
  return releasing(0, new Socket(unread));
}

/** This process's stdout. Ending it lets go of a pipe, so that its reader sees the end before this process exits. */
export function openOwnStdoutStream(): Writable {
  if (!isPipe(1)) return process.stdout;
  openAnew(1);
  return releasing(1, new Socket({ fd: 1, readable: false, writable: true }));
}

/** This process's stderr. Call it before anything has used `process.stderr`, which Node does whenever a socket closes. */
export function openOwnStderr(): Writable {
  if (isPipe(2)) openAnew(2);
  return process.stderr;
}

/** libuv leaves the descriptors 0 to 2 open when their handles close. The number stays taken, so that no file gets it. */
function releasing(fd: Stdio, socket: Socket): Socket {
  return socket.once('close', () => {
    closeSync(fd);
    openSync('/dev/null', fd === 0 ? 'r' : 'w');
  });
}
