import type { Stats } from 'node:fs';
import { statSync } from 'node:fs';

/** What there is at a path. @returns undefined where there is nothing, or nothing that this user may see */
export function findFile(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    // Missing, forbidden, or below something that is no folder.
    return undefined;
  }
}
