import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { RepriseError } from '../foundation/reprise-error.ts';
import { findFile } from './find-file.ts';

/** Where a shell without a PATH looks. */
const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Looks a command up as a shell does: a name with a slash as it is, any other along the PATH.
 * @returns the path of the file that will run
 * @throws RepriseError with the shell's statuses: 127 where there is none, 126 where it can't be executed
 */
export function findCommand(name: string, path = usualPath): string {
  const candidates = candidatesOf(name, path);
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  const blocked = candidates.find((file) => findFile(file) !== undefined);
  if (blocked === undefined) {
    const where = name.includes('/') ? 'there is no such file' : 'it is not on the PATH';
    const shown = name === '' ? "''" : name;
    throw new RepriseError('no-command', `Failed to start ${shown}: ${where}. ${adviseOn(name)}`, { exitStatus: 127 });
  }
  throw new RepriseError(
    'not-executable',
    `Failed to start ${blocked}: it is not an executable file. Give it permission with chmod +x, or name its interpreter.`,
    { exitStatus: 126 },
  );
}

function adviseOn(name: string): string {
  if (name.includes(' '))
    return 'Give the command and its arguments as words of their own, without quotes round them all.';
  return name.startsWith('-') ? 'Options of reprise go before `--`.' : 'Check its name.';
}

function candidatesOf(name: string, path: string): string[] {
  if (name === '') return []; // or the folders themselves would be found
  return name.includes('/') ? [name] : path.split(delimiter).map((folder) => join(folder || '.', name));
}

/** Whether this user may execute a file. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return findFile(file)?.isFile() === true;
  } catch {
    // Missing or forbidden: not this one.
    return false;
  }
}
