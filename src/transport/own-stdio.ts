import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';

/** This process's stdin. Destroying it lets go of a pipe, so that its writer is told by its next write. */
export function openOwnStdin(): Readable {
  if (!isPipe(0)) return process.stdin;
  const own = openAnew(0);
  return own === undefined ? releasing(0, readingFrom(0)) : readingFrom(own);
}

/** This process's stdout. Ending it lets go of a pipe, so that its reader sees the end before this process exits. */
export function openOwnStdoutStream(): Writable {
  if (!isPipe(1)) return process.stdout;
  const own = openAnew(1);
  return own === undefined ? releasing(1, writingTo(1)) : writingTo(own);
}

/** This process's stderr. */
export function openOwnStderr(): Writable {
  const own = isPipe(2) ? openAnew(2, false) : undefined;
  return own === undefined ? process.stderr : writingTo(own);
}

function isPipe(fd: number): boolean {
  const stat = fstatSync(fd);
  return stat.isFIFO() || stat.isSocket();
}

/**
 * Opens a pipe once more, for this process alone: libuv makes what it reads and writes non-blocking, and others that have
 * the same open file would see EAGAIN. The first descriptor is let go of; its number stays taken, so that no file gets it.
 * @returns undefined where it can't be opened: a socket, another user's pipe, a system without /proc
 */
function openAnew(fd: number, replaces = true): number | undefined {
  try {
    const own = openSync(
      `/proc/self/fd/${fd}`,
      (fd === 0 ? constants.O_RDONLY : constants.O_WRONLY) | constants.O_NONBLOCK,
    );
    if (replaces) replace(fd);
    return own;
  } catch {
    // The descriptor itself must do.
    return undefined;
  }
}

function readingFrom(fd: number): Socket {
  return new Socket({ fd, readable: true, writable: false });
}

function writingTo(fd: number): Socket {
  return new Socket({ fd, readable: false, writable: true });
}

/** libuv leaves the descriptors 0 to 2 open when their handles close. */
function releasing(fd: number, socket: Socket): Socket {
  return socket.once('close', () => replace(fd));
}

function replace(fd: number): void {
  closeSync(fd);
  openSync('/dev/null', fd === 0 ? 'r' : 'w');
}
