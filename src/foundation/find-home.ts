import { homedir, userInfo } from 'node:os';
import { isAbsolute } from 'node:path';

const sources: readonly (() => string)[] = [homedir, () => userInfo().homedir];

/**
 * This user's home folder: that of the environment, or the one that the system keeps. What is not absolute, as an empty
 * `HOME`, is none: it would be another in each working folder.
 * @returns undefined where there is neither, as for the number of a user whom a container does not know
 */
export function findHome(asked = sources): string | undefined {
  for (const ask of asked) {
    const home = askSystem(ask);
    if (home !== undefined && isAbsolute(home)) return home;
  }
  return undefined;
}

function askSystem(ask: () => string): string | undefined {
  try {
    return ask();
  } catch {
    return undefined; // told by its result
  }
}
