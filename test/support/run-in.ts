import { execa } from 'execa';
import type { Home } from './bundles.ts';
import type { Finished } from './run.ts';
import { program } from './run.ts';

/** Runs the built program in a folder, with a machine's settings. */
export async function runIn(
  folder: string,
  args: readonly string[],
  { cache, docker }: Pick<Home, 'cache' | 'docker'>,
  env: NodeJS.ProcessEnv = {},
): Promise<Finished> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [program, ...args], {
    reject: false,
    cwd: folder,
    stdin: 'ignore',
    env: { REPRISE_CACHE_DIR: cache, DOCKER_CONFIG: docker, ...env },
  });
  return { exitCode, stdout, stderr };
}
