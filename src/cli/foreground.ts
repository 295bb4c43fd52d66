import { readFileSync } from 'node:fs';

/** Whether this process is in the foreground of a terminal, by /proc/self/stat; where there is none, it is taken to be not. */
export function isInForeground(): boolean {
  const fields = readProc('self/stat')
    ?.replace(/^.*\) /s, '')
    .split(' ');
  return fields !== undefined && fields[5] !== '-1' && fields[2] === fields[5];
}

/** What the system says of a process. @returns undefined where there is no /proc, or no such process */
export function readProc(name: string): string | undefined {
  try {
    return readFileSync(`/proc/${name}`, 'utf8');
  } catch {
    // Not Linux, or the process has gone.
    return undefined;
  }
}
