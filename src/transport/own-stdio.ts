import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';

/** This process's stdin. A pipe is a socket of its own, so that destroying it closes the descriptor and its writer is told. */
export function openOwnStdin(): Readable {
  return isPipe(0) ? new Socket({ fd: 0, readable: true, writable: false }) : process.stdin;
}

/** This process's stdout. Ending a pipe closes the descriptor, so that its reader sees the end before this process exits. */
export function openOwnStdoutStream(): Writable {
  return isPipe(1) ? new Socket({ fd: 1, readable: false, writable: true }) : process.stdout;
}

function isPipe(fd: number): boolean {
  const stat = fstatSync(fd);
  return stat.isFIFO() || stat.isSocket();
}
