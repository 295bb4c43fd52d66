import { basename, delimiter, join } from 'node:path';
import { dropInMark, hasMark } from './stub.ts';
import { isExecutable } from '../../transport/find-command.ts';

/** A name under which clients look for the program. */
const usualName = 'dify';

/**
 * Looks for the program itself on the PATH: the first that is no drop-in, under this file's name or the usual one.
 * @returns undefined where there is none
 */
export function findRealDify(env: NodeJS.ProcessEnv, own = process.argv[1] ?? ''): string | undefined {
  const names = new Set([basename(own).replace(/\.[cm]?js$/, ''), usualName]);
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter((one) => one !== '')) {
    const found = [...names].map((name) => join(folder, name)).find((file) => isExecutable(file) && !isDropIn(file));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether a file is one of ours: a stub, or the drop-in that is installed. */
export function isDropIn(file: string): boolean {
  try {
    return hasMark(file, dropInMark);
  } catch {
    // What can't be read is not ours.
    return false;
  }
}
