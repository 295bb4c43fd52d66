import { systemCode } from './reprise-error.ts';
import { readProcessStat } from './process-stat.ts';

/** Whether a process runs. One that is dead and not yet waited for does not: in a container it may never be. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
  return readProcessStat(pid)?.[0] !== 'Z'; // without /proc there is something under that number
}
