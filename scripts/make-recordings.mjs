// Makes recordings/ anew: sessions of the real program, captured in test/fixtures/golden, are recorded by `reprise record`
// as a user would. A small `dify` script stands for the program, beside a package that names the plugin.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { zipSync } from 'fflate';
import { root, runScript, say, ScriptError } from './project.mjs';

const golden = join(root, 'test/fixtures/golden');
const regex = { author: 'langgenius', name: 'regex', version: '0.0.8' };
// The capture does not tell the version of this one.
const model = { author: 'langgenius', name: 'openai_api_compatible', version: '0.0.0' };
const probe = { author: 'reprise', name: 'probe', version: '0.0.1' };
const sessions = {
  regex,
  llm: model,
  'llm-interleaved': model,
  stream: probe,
  exceptions: probe,
  'equal-requests': probe,
  'plugin-exits': probe,
  tcp: probe,
};

await runScript(import.meta.url, async () => {
  for (const [session, plugin] of Object.entries(sessions)) await make(session, plugin);
});

async function make(session, plugin) {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-'));
  try {
    const source = join(golden, 'sessions', `${session}.jsonl`);
    writeFileSync(join(folder, 'dify'), `#!/bin/sh\nexec node '${join(golden, 'play.mjs')}' '${source}'\n`);
    chmodSync(join(folder, 'dify'), 0o755);
    const manifest = Object.entries(plugin)
      .map(([key, value]) => `${key}: ${value}\n`)
      .join('');
    // A fixed date, so that the package and its digest are the same each time.
    writeFileSync(
      join(folder, `${plugin.name}.difypkg`),
      zipSync({ 'manifest.yaml': Buffer.from(manifest) }, { mtime: '2026-01-01' }),
    );
    await record(session, plugin, { folder, source });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function record(session, { name }, { folder, source }) {
  const mode = session === 'tcp' ? 'tcp' : 'stdio';
  const command = ['dify', 'plugin', 'run', `${name}.difypkg`, '-m', mode, '-r', 'json'];
  const recorder = [
    process.execPath,
    join(root, 'bin/reprise.js'),
    'record',
    '--quiet',
    '--force',
    '-o',
    join(root, 'recordings', `${session}.jsonl`),
    '--',
    ...command,
  ];
  const driver = spawn(process.execPath, [join(golden, 'drive.mjs'), source, '--spaced', '--', ...recorder], {
    cwd: folder,
    env: { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [status] = await once(driver, 'exit');
  if (status !== 0)
    throw new ScriptError(`Failed to record ${session}: its client saw something else than was captured.`);
  execFileSync(
    process.execPath,
    [join(root, 'bin/reprise.js'), 'check', join(root, 'recordings', `${session}.jsonl`)],
    { stdio: 'inherit' },
  );
  say(`recordings/${session}.jsonl`);
}
