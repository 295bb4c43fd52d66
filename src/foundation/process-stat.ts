import { readFileSync } from 'node:fs';

/**
 * What Linux tells of a process: the fields of `/proc/PID/stat` behind its name, the state first (proc(5), from field 3 on).
 * @returns undefined where it is gone, or there is no /proc
 */
export function readProcessStat(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined; // told by its result
  }
}
