import { RepriseError } from '../../foundation/reprise-error.ts';
import { findCommand } from '../../transport/find-command.ts';
import { findRealDify, isDropIn } from './find-real-dify.ts';
import type { DropInSettings } from './settings.ts';
import { recordedBy } from './settings.ts';

/**
 * The program itself, which is to be recorded.
 * @throws RepriseError where there is none, or this one was started by a drop-in that took it for that
 */
export function realDify(settings: DropInSettings, env: NodeJS.ProcessEnv): string {
  if (env[recordedBy] !== undefined) throw refuse(process.argv[1] ?? '');
  const found = settings.realDify === undefined ? findRealDify(env) : findNamed(settings.realDify, env['PATH']);
  if (found === undefined)
    throw new RepriseError(
      'no-command',
      'Failed to find the program itself, which is to be recorded: there is no other `dify` on the PATH. Name it by `REPRISE_REAL_DIFY`.',
    );
  if (isDropIn(found)) throw refuse(found);
  return found;
}

/** The statuses of a shell mean nothing here. */
function findNamed(name: string, path: string | undefined): string {
  try {
    return findCommand(name, path);
  } catch (error) {
    throw error instanceof RepriseError ? new RepriseError(error.code, error.message, { cause: error }) : error;
  }
}

function refuse(file: string): RepriseError {
  return new RepriseError(
    'usage',
    `Failed to record: ${file} is a drop-in too, and no program that could be recorded. Name the program itself by \`REPRISE_REAL_DIFY\`.`,
  );
}
