import { closeSync, constants, fstatSync, openSync } from 'node:fs';

/** The number of one of this process's standard streams. */
export type Stdio = 0 | 1 | 2;

/** Whether it is a pipe or a socket. */
export function isPipe(fd: Stdio): boolean {
  const stat = fstatSync(fd);
  return stat.isFIFO() || stat.isSocket();
}

/**
 * Opens a pipe once more under the same number, for this process alone: libuv makes what it reads and writes
 * non-blocking, and others that have the same open file would see EAGAIN.
 */
export function openAnew(fd: Stdio): void {
  const flags = (fd === 0 ? constants.O_RDONLY : constants.O_WRONLY) | constants.O_NONBLOCK;
  try {
    const other = openSync(`/proc/self/fd/${fd}`, flags);
    closeSync(fd);
    openSync(`/proc/self/fd/${other}`, flags); // gets the number, the lowest that is free
    closeSync(other);
  } catch {
    // A socket, another user's pipe, a system without /proc: the descriptor must do as it is.
  }
}
