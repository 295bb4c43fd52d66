import { accessSync, constants } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { RepriseError, reasonOf } from '../../foundation/reprise-error.ts';
import type { ReplayOptions } from '../../replayer/replay-options.ts';
import { findFile } from '../../transport/find-file.ts';

/**
 * Makes sure that what a replay writes has its place. Nothing is made.
 * @throws RepriseError `not-writable`
 */
export function checkPlaces({ journal, journalDir, report }: ReplayOptions): void {
  if (journal !== undefined) checkFile('REPRISE_JOURNAL', journal);
  else if (journalDir !== undefined) checkFolder('REPRISE_JOURNAL_DIR', journalDir);
  if (report !== undefined) checkFile('REPRISE_REPORT', report);
}

/** A folder need not be there yet, nor those above it. */
export function checkFolder(variable: string, folder: string): void {
  let above = resolve(folder);
  while (findFile(above) === undefined && above !== dirname(above)) above = dirname(above);
  tryAccess(variable, folder, `${above}/`); // with a slash, a file is refused
}

/** A file need not be there; its folder must. */
function checkFile(variable: string, file: string): void {
  tryAccess(variable, file, findFile(file) === undefined ? `${dirname(resolve(file))}/` : file);
}

function tryAccess(variable: string, path: string, existing: string): void {
  try {
    accessSync(existing, constants.W_OK);
  } catch (error) {
    throw new RepriseError(
      'not-writable',
      `Failed to write ${path}: ${reasonOf(error)}. Give \`${variable}\` another place.`,
      { file: path, cause: error },
    );
  }
}
