import { readdirSync, rmSync, statSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isAlive } from '../../foundation/is-alive.ts';

/** Of another machine's process, nobody knows whether it lives; nothing takes so long, in milliseconds. */
const longestPart = 24 * 60 * 60 * 1000;
const machine = hostname().replaceAll(/[^\w-]/g, '-');
const partName = /^([\w-]*)\.(\d+)\.[\w-]+$/;

/** A name for what is on its way: whose it is can be told from it. */
export function nameOfPart(): string {
  return `${machine}.${process.pid}.${randomUUID()}`;
}

/** Removes what killed processes have left in a folder of such names. */
export function sweepParts(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, of, pid = ''] = partName.exec(name) ?? [];
    const isGone = of === machine ? !isAlive(Number(pid)) : isOld(join(folder, name));
    if (isGone) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** A name for what gets another one once it is whole. No user's file has such a name. */
export function nameBeside(path: string): string {
  return `${path}.reprise-${process.pid}`;
}

/** Removes what killed processes have left under such names. */
export function sweepBeside(path: string): void {
  const start = `${basename(path)}.reprise-`;
  for (const name of readdirSync(dirname(path)).filter((one) => one.startsWith(start))) {
    const [, pid] = /^(\d+)(?:\.old)?$/.exec(name.slice(start.length)) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(dirname(path), name), { recursive: true, force: true });
  }
}

function isOld(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false }); // it may have gone meanwhile
  return stat !== undefined && Date.now() - stat.mtimeMs > longestPart;
}
