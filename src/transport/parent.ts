import { readSync } from 'node:fs';
import { isatty } from 'node:tty';
import { systemCode } from '../foundation/reprise-error.ts';
import { readProcessStat } from '../foundation/process-stat.ts';

const first = process.ppid;
const init = 1;
/** A pipe holds as much. */
const most = 64 << 10;

/** Whether the process that started this one is gone, so that another has taken its place. */
export function isParentGone(): boolean {
  return process.ppid !== first || isAdopted;
}

/**
 * Who starts a process shares a session with it, as a shell does that is the first of a container, or gives it a group of
 * its own: a parent of neither kind has adopted it.
 */
const isAdopted = first === init && sessionOf(process.pid) !== sessionOf(init) && groupOf(process.pid) !== process.pid;

/** Without /proc it is taken for one's own. */
function groupOf(pid: number): number {
  return Number(readProcessStat(pid)?.[2] ?? process.pid);
}

function sessionOf(pid: number): number {
  return Number(readProcessStat(pid)?.[3] ?? process.pid);
}

/**
 * Reads what there is on stdin, which has been opened, without waiting for more. A pipe that was opened when its writers
 * had gone never tells of that otherwise.
 */
export function readStdinNow(): Buffer | 'nothing' | 'end' {
  if (isatty(0)) return 'nothing'; // would wait; a terminal sends SIGHUP
  const bytes = Buffer.allocUnsafe(most);
  try {
    const length = readSync(0, bytes);
    return length === 0 ? 'end' : bytes.subarray(0, length);
  } catch (error) {
    return systemCode(error) === 'EAGAIN' ? 'nothing' : 'end'; // what can't be read has ended
  }
}
