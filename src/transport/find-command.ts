import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { RepriseError } from '../foundation/reprise-error.ts';

/**
 * Looks a command up as a shell does: a name with a slash as it is, any other along the PATH.
 * @returns the path of the file that will run
 * @throws RepriseError with the shell's statuses: 127 where there is none, 126 where it can't be executed
 */
export function findCommand(name: string, path = process.env['PATH'] ?? ''): string {
  const candidates = name.includes('/') ? [name] : path.split(delimiter).map((folder) => join(folder || '.', name));
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  const blocked = candidates.find(exists);
  if (blocked === undefined) {
    const where = name.includes('/') ? 'there is no such file' : 'it is not on the PATH';
    throw new RepriseError('no-command', `Failed to start ${name}: ${where}. Check its name.`, { exitStatus: 127 });
  }
  throw new RepriseError(
    'not-executable',
    `Failed to start ${blocked}: it is not an executable file. Give it permission with chmod +x, or name its interpreter.`,
    { exitStatus: 126 },
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Missing or forbidden: not this one.
    return false;
  }
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}
