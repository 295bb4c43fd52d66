import { readFileSync } from 'node:fs';
import { systemCode } from '../foundation/reprise-error.ts';

/** Whether a process runs. One that is dead and not yet waited for does not: in a container it may never be. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat[stat.lastIndexOf(')') + 2] !== 'Z';
  } catch {
    // No /proc: there is something under that number.
    return true;
  }
}
