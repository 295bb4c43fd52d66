import { realpathSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { isExecutable } from '../../transport/find-command.ts';

/** A name under which clients look for the program. */
const usualName = 'dify';

/**
 * Looks for the program itself on the PATH: the first that is not this file, under this file's name or the usual one.
 * @returns undefined where there is none
 */
export function findRealDify(env: NodeJS.ProcessEnv, own = process.argv[1] ?? ''): string | undefined {
  const names = new Set([basename(own).replace(/\.[cm]?js$/, ''), usualName]);
  const self = realPath(own);
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter((one) => one !== '')) {
    const found = [...names]
      .map((name) => join(folder, name))
      .find((file) => isExecutable(file) && realPath(file) !== self);
    if (found !== undefined) return found;
  }
  return undefined;
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    // Not a file of this system's, such as a program that Node was given as a text.
    return file;
  }
}
