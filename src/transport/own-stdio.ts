import { closeSync, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';

/** This process's stdin. Destroying it lets go of a pipe, so that its writer is told by its next write. */
export function openOwnStdin(): Readable {
  return isPipe(0) ? releasing(0, new Socket({ fd: 0, readable: true, writable: false })) : process.stdin;
}

/** This process's stdout. Ending it lets go of a pipe, so that its reader sees the end before this process exits. */
export function openOwnStdoutStream(): Writable {
  return isPipe(1) ? releasing(1, new Socket({ fd: 1, readable: false, writable: true })) : process.stdout;
}

function isPipe(fd: number): boolean {
  const stat = fstatSync(fd);
  return stat.isFIFO() || stat.isSocket();
}

/** libuv leaves the descriptors 0 to 2 open when their handles close. The number stays taken, so that no file gets it. */
function releasing(fd: number, socket: Socket): Socket {
  return socket.once('close', () => {
    closeSync(fd);
    openSync('/dev/null', fd === 0 ? 'r' : 'w');
  });
}
