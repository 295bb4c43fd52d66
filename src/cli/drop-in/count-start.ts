import { closeSync, lstatSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemCode } from '../../foundation/reprise-error.ts';
import { readProcessStat } from '../../foundation/process-stat.ts';
import { slugOf } from './session-name.ts';

/** More starts in one test than this are all the last. */
const mostStarts = 10_000;

/**
 * Says which start of a plugin this is in one test of one client, counted from 1. Starts of one test are processes of
 * one client that know nothing of each other: each takes the first number that is free, in a folder of that client's.
 */
export function countStart(session: string, plugin: string): number {
  const folder = openFolder();
  if (folder === undefined) return 1;
  const name = slugOf(`${session}\0${plugin}`); // with a digest, since a zero stands in it
  for (let start = 1; start < mostStarts; start++) {
    try {
      closeSync(openSync(join(folder, `${name}-${start}`), 'wx', 0o600));
      return start;
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') return 1; // a full disk: the first is the likeliest
    }
  }
  return mostStarts;
}

/** @returns undefined where there is no folder that only this user can write to */
function openFolder(): string | undefined {
  const all = join(tmpdir(), `reprise-starts-${ownUser()}`);
  const own = join(all, nameProcess(process.ppid));
  try {
    makeOwn(all);
    if (!isOwn(all)) return undefined;
    if (makeOwn(own)) sweep(all);
    return own;
  } catch {
    // No temporary folder, or one that takes nothing: starts are not counted.
    return undefined;
  }
}

/** @returns whether it was not there */
function makeOwn(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    return false;
  }
}

/** In a folder that all may write to, another user could have made it beforehand. */
function isOwn(folder: string): boolean {
  const stat = lstatSync(folder);
  return stat.isDirectory() && stat.uid === ownUser();
}

/** Process numbers are given again; with the time of its start a process is named for good. */
function nameProcess(pid: number): string {
  return `${pid}-${readProcessStat(pid)?.[19] ?? 0}`;
}

/** Forgets clients that are gone. */
function sweep(all: string): void {
  for (const name of readdirSync(all)) {
    const pid = Number(name.split('-')[0]);
    if (nameProcess(pid) !== name) rmSync(join(all, name), { recursive: true, force: true });
  }
}

function ownUser(): number {
  return process.getuid?.() ?? 0;
}
