import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { makeFolder } from './files.ts';
import type { Running } from './recorder.ts';
import { start } from './recorder.ts';
import type { Finished } from './run.ts';

export const dify = fileURLToPath(new URL('../../bin/dify.js', import.meta.url));
export const realDify = fileURLToPath(new URL('../fixtures/programs/real-dify.mjs', import.meta.url));

/** What the tests' own runner says of itself, and of the machine, is nobody's business here. */
const quiet: NodeJS.ProcessEnv = { CI: '', REPRISE_SESSION: '', PYTEST_CURRENT_TEST: '' };

export interface Call {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** The file that is started. @default the built drop-in */
  file?: string;
  /** @default none, which has ended at once */
  input?: string;
}

/** Runs the drop-in to its end. */
export async function runDify(
  args: readonly string[],
  { env, cwd = makeFolder(), file = dify, input = '' }: Call = {},
): Promise<Finished> {
  const { exitCode, stdout, stderr } = await execa(file, args, {
    reject: false,
    cwd,
    input,
    env: { ...quiet, ...env },
    stripFinalNewline: false,
    timeout: 100_000,
  });
  return { exitCode, stdout, stderr };
}

/** Starts the drop-in as a client does. */
export function startDify(args: readonly string[], { env, cwd = makeFolder(), file = dify }: Call = {}): Running {
  return start([file, ...args], { cwd, env: { ...quiet, ...env } });
}

/** A package of a plugin, or its folder. */
export function makePlugin(name: string, { author = 'reprise', version = '0.0.1' } = {}): string {
  const folder = join(makeFolder(), name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'manifest.yaml'), `version: ${version}\nauthor: ${author}\nname: ${name}\n`);
  return folder;
}

/** A package as the drop-in makes it. */
export async function makePackage(name: string, names: Parameters<typeof makePlugin>[1] = {}): Promise<string> {
  const file = join(makeFolder(), `${name}.difypkg`);
  await runDify(['plugin', 'package', makePlugin(name, names), '-o', file]);
  return file;
}

/** A recording that tells of its plugin, or of nothing, in which ready comes at once. */
export function writeRecording(file: string, about: Readonly<Record<string, unknown>> = {}, answer = ''): string {
  const recorder = { name: 'reprise', version: '0.1.0', node: 'v20.19.0', platform: 'linux-x64' };
  const say = (from: string, message: unknown): object => ({ at: 1, from, message });
  const message = (invoke_id: string, type: string, response: object): object => ({ invoke_id, type, response });
  const lines = [
    { format: 'reprise', version: 1, recorded_at: '2026-11-22T08:00:00.000Z', command: ['dify'], recorder },
    ...(Object.keys(about).length === 0 ? [] : [{ at: 0, event: 'about', ...about }]),
    say('plugin', message('', 'info', { info: 'loading plugin' })),
    say('plugin', message('', 'plugin_ready', { info: 'plugin loaded' })),
    say('client', JSON.parse(ask('r1', 'Paris'))),
    say('plugin', message('', 'info', { info: 'received request' })),
    say('plugin', message('r1', 'plugin_response', { type: 'text', message: { text: answer } })),
    say('plugin', message('r1', 'plugin_invoke_end', { info: 'plugin invoke end' })),
  ];
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
}

/** A request for the weather of a city. */
export function ask(id: string, city: string): string {
  const request = { provider: 'weather', tool: 'forecast', credentials: {}, tool_parameters: { city } };
  return `${JSON.stringify({ invoke_id: id, type: 'tool', action: 'invoke_tool', request })}\n`;
}

/** What a plugin answered: its texts and errors, in order. */
export function answersIn(stdout: string): string[] {
  return stdout
    .split('\n')
    .filter((line) => line.includes('"plugin_response"') || line.includes('"error"'))
    .map((line) => {
      const { response } = JSON.parse(line) as { response: { error?: string; message?: { text: string } } };
      return response.error ?? response.message?.text ?? '';
    });
}

/** Names of the files in a folder. */
export function namesIn(folder: string): string[] {
  return readdirSync(folder).toSorted();
}

/** An executable shell script in a folder of its own. */
export function makeScript(name: string, text: string): string {
  const file = join(makeFolder(), name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

export function readText(file: string): string {
  return readFileSync(file, 'utf8');
}
