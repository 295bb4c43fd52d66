import { RepriseError } from '../../foundation/reprise-error.ts';
import { findCommand } from '../../transport/find-command.ts';
import { explainNoReal } from './check-version.ts';
import { findRealDify } from './find-real-dify.ts';
import type { DropInSettings } from './settings.ts';

/**
 * The program itself, which is to be recorded.
 * @throws RepriseError where there is none, or this one was started by a drop-in that took it for that
 */
export function realDify(settings: DropInSettings, env: NodeJS.ProcessEnv): string {
  if (env['REPRISE_RECORDED_BY'] !== undefined)
    throw new RepriseError(
      'usage',
      `Failed to record: ${process.argv[1]} is a drop-in too, and no program that could be recorded. Name the program itself by \`REPRISE_REAL_DIFY\`.`,
    );
  if (settings.realDify !== undefined) return findCommand(settings.realDify, env['PATH']);
  const found = findRealDify(env);
  if (found === undefined) throw explainNoReal();
  return found;
}
