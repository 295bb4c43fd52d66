import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare, folder, pathOf, program, timeOf } from './tools.mjs';

/** From the start of the process to its ready line, against a Node that does nothing. */
export async function ready() {
  const recording = pathOf('../recordings/llm.jsonl');
  await compare('start to ready, ms', 'node -e 0', {
    theirs: () => timeOf([process.execPath, '-e', '0']),
    ours: () => timeOf([process.execPath, program, 'replay', recording, '--pace', 'instant'], 'plugin_ready'),
  });
}

/** The same of the drop-in, and of stubs; the package's names are enough to find the recording. */
export async function dropIn() {
  const recording = pathOf('../recordings/regex.jsonl');
  const [plugin, file] = [join(folder, 'regex'), join(folder, 'regex.difypkg')];
  mkdirSync(plugin);
  writeFileSync(join(plugin, 'manifest.yaml'), 'version: 0.0.8\nauthor: langgenius\nname: regex\n');
  const dify = pathOf('../bin/dify.js');
  execFileSync(process.execPath, [dify, 'plugin', 'package', plugin, '-o', file], { stdio: 'ignore' });
  const run = (command, env) => timeOf([...command, 'plugin', 'run', file, '-r', 'json'], 'plugin_ready', env);
  const stubs = ['stub', 'embedded'].map((name) => join(folder, name));
  for (const [index, stub] of stubs.entries())
    execFileSync(process.execPath, [program, 'stub', recording, '-o', stub, ...(index === 1 ? ['--embed'] : [])], {
      stdio: 'ignore',
    });
  const theirs = () => timeOf([process.execPath, '-e', '0']);
  const other = 'node -e 0';
  await compare('drop-in, start to ready, ms', other, {
    theirs,
    ours: () => run([process.execPath, dify], { REPRISE_RECORDINGS: recording }),
  });
  await compare('stub, start to ready, ms', other, { theirs, ours: () => run([process.execPath, stubs[0]]) });
  await compare('embedded stub, start to ready, ms', other, { theirs, ours: () => run([process.execPath, stubs[1]]) });
}
