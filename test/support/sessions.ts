import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { answersIn, ask, makePackage, readText, realDify, startDify } from './drop-in.ts';
import { makeFolder } from './files.ts';

/** A folder in which tests are recorded through the drop-in. */
export interface Project {
  folder: string;
  recordings: string;
  starts: string;
  file: string;
  env: NodeJS.ProcessEnv;
}

/** Its environment has the program that stands for the real one, and all that is to be said. */
export async function makeProject(mode: string, more: NodeJS.ProcessEnv = {}): Promise<Project> {
  const folder = makeFolder();
  const [recordings, starts] = [join(folder, 'recordings'), join(folder, 'starts')];
  const env = {
    REPRISE_RECORDINGS: recordings,
    REPRISE_RECORD_MODE: mode,
    REPRISE_REAL_DIFY: realDify,
    STARTS: starts,
    TMPDIR: folder,
    ...more,
  };
  return { folder, recordings, starts, env, file: await makePackage('weather') };
}

/** A client's whole life: it asks, waits for each answer, and ends the program with SIGTERM. */
export async function converse(
  { file, env, folder }: Project,
  cities: readonly string[],
  more: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; answers: string[]; stderr: string }> {
  const running = startDify(['plugin', 'run', file, '--response-format', 'json'], {
    env: { ...env, ...more },
    cwd: folder,
  });
  await running.says('plugin_ready');
  for (const [index, city] of cities.entries()) {
    running.child.stdin.write(ask(`id-${index}`, city));
    await running.says(`"id-${index}","type":"plugin_invoke_end"`);
  }
  running.child.kill('SIGTERM');
  const { code, stdout, stderr } = await running.ended;
  return { code, answers: answersIn(stdout.toString()), stderr };
}

/** How often the program itself was started. */
export function startsOf({ starts }: Project): number {
  return existsSync(starts) ? readText(starts).split('\n').length - 1 : 0;
}
