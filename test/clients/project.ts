import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { makeFolder } from '../support/files.ts';
import type { Finished } from '../support/run.ts';
import { root } from '../support/run.ts';

export const fixtures = fileURLToPath(new URL('../fixtures/clients/', import.meta.url));
/** No client takes longer, in milliseconds. */
export const patience = 60_000;

const manifest = 'version: 0.0.8\ntype: plugin\nauthor: langgenius\nname: regex\n';

/** What may be said of a program that a project starts. */
interface Manner {
  env?: Readonly<Record<string, string>>;
  input?: string;
}

/** A project of somebody who uses reprise: it is installed, and a program that stands for the real `dify` is on the PATH. */
export interface Project {
  folder: string;
  /** Its environment has nothing of this process's but the PATH. */
  env: Record<string, string>;
  /** How often the real program was started to run a plugin. */
  countStarts: () => number;
  recordings: () => string[];
  /** Runs a command in its folder, to its end. */
  run: (command: readonly string[], manner?: Manner) => Promise<Finished>;
}

export async function makeProject(): Promise<Project> {
  const folder = makeFolder();
  const at = (...parts: string[]): string => join(folder, ...parts);
  for (const made of ['node_modules/.bin', 'program', 'manifest', 'recordings', 'tmp'])
    mkdirSync(at(made), { recursive: true });
  symlinkSync(root, at('node_modules/reprise'));
  symlinkSync(join(root, 'node_modules/vitest'), at('node_modules/vitest'));
  symlinkSync(join(root, 'node_modules/vitest/vitest.mjs'), at('node_modules/.bin/vitest'));
  symlinkSync(join(root, 'bin/reprise.js'), at('node_modules/.bin/reprise'));
  symlinkSync(join(root, 'bin/dify.js'), at('node_modules/.bin/reprise-dify'));
  symlinkSync(join(fixtures, 'program.mjs'), at('program/dify'));
  writeFileSync(at('package.json'), '{"private":true}\n');
  writeFileSync(at('manifest/manifest.yaml'), manifest);
  const starts = at('starts');
  const env = {
    PATH: `${at('program')}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    TMPDIR: at('tmp'),
    STARTS: starts,
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  };
  const project: Project = {
    folder,
    env,
    countStarts: () => (existsSync(starts) ? readFileSync(starts, 'utf8').split('\n').length - 1 : 0),
    recordings: () => readdirSync(at('recordings')).toSorted(),
    run: async ([file = '', ...args], { env: more = {}, input = '' } = {}) => {
      const { exitCode, stdout, stderr } = await execa(file, args, {
        cwd: folder,
        env: { ...env, ...more },
        extendEnv: false,
        reject: false,
        input,
        timeout: patience,
        killSignal: 'SIGKILL',
      });
      return { exitCode, stdout, stderr };
    },
  };
  await project.run(['node_modules/.bin/reprise-dify', 'plugin', 'package', 'manifest', '-o', 'regex.difypkg']);
  return project;
}

/** Puts a recording that ships into a project. */
export function addRecording({ folder }: Project, name: string): void {
  copyFileSync(join(root, 'recordings', name), join(folder, 'recordings', name));
}

/** A request for what langgenius/regex finds. */
export function extract(content: string, expression: string): Record<string, unknown> {
  const parameters = { content, expression };
  const request = { provider: 'regex', tool: 'regex_extract', credentials: {}, tool_parameters: parameters };
  return { type: 'tool', action: 'invoke_tool', request };
}
