// Runs every static check, says one line a check, shows what a failing one said, and fails if any failed.
// The last line, `check: N passed, N failed`, is read by .ci/run.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, runScript, say, ScriptError } from './project.mjs';

const tool = (name, ...args) => ({ name, file: join(root, 'node_modules/.bin', name), args });
const script = (name, ...args) => ({
  name,
  file: process.execPath,
  args: [join(root, 'scripts', `${name}.mjs`), ...args],
});

const steps = [
  script('build'),
  { ...tool('tsc', '--noEmit', '--pretty'), name: 'types' },
  { ...tool('oxlint', '--type-aware'), name: 'lint' },
  script('sizes'),
  { ...tool('oxfmt', '--check'), name: 'format' },
  { ...tool('knip', '--no-progress'), name: 'knip' },
  // Both pack the project as `npm publish` would; `--ignore-scripts` keeps `prepack` from building once more.
  { ...tool('publint', '--strict', '--pack', 'npm'), name: 'publint' },
  { ...tool('attw', '--pack', '.', '--profile', 'esm-only'), name: 'attw' },
  script('docs', '--check'),
  script('schema', '--check'),
];

await runScript(import.meta.url, async () => {
  const only = process.argv.slice(2);
  const unknown = only.find((name) => !steps.some((step) => step.name === name));
  if (unknown)
    throw new ScriptError(
      `There is no check \`${unknown}\`. There are: ${steps.map((step) => step.name).join(', ')}.`,
      2,
    );
  let failed = 0;
  const chosen = steps.filter((step) => only.length === 0 || only.includes(step.name));
  for (const step of chosen) if (!(await runStep(step))) failed += 1;
  say(`check: ${chosen.length - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
});

async function runStep(step) {
  const began = performance.now();
  const { status, output } = await run(step);
  const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(6);
  const warned = /Found ([1-9]\d*) warning/.exec(output);
  say(
    `${status === 0 ? 'ok    ' : 'FAILED'} ${step.name.padEnd(8)} ${seconds} s${warned ? `  ${warned[1]} warnings: run \`npx oxlint\`` : ''}`,
  );
  if (status !== 0) say(output.trimEnd());
  return status === 0;
}

function run({ file, args }) {
  if (!existsSync(args[0] ?? '') && file === process.execPath) return { status: 1, output: `${args[0]} is missing` };
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, npm_config_ignore_scripts: 'true' },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ status: 1, output: `Failed to run ${file}: ${error.message}` }));
    child.on('close', (status, signal) => resolve({ status: status ?? signal, output }));
  });
}
