import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const program = fileURLToPath(new URL('../../bin/reprise.js', import.meta.url));

/** What a finished program left. */
export interface Finished {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

/** Runs the built program to its end; a status that is not 0 is no error here. */
export async function reprise(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [program, ...args], {
    reject: false,
    cwd: root,
    stdin: 'ignore',
    env,
  });
  return { exitCode, stdout, stderr };
}
