import { chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { answersIn, ask, makePackage, readText, runDify, startDify, writeRecording } from '../../support/drop-in.ts';
import { makeFolder } from '../../support/files.ts';
import { reprise } from '../../support/run.ts';

let file: string;
beforeAll(async () => {
  file = await makePackage('weather');
});

const plugin = { author: 'reprise', name: 'weather', version: '0.0.1', sha256: 'f'.repeat(64) };
const bare = { PATH: dirname(process.execPath) };

function makeRecording(folder = makeFolder(), answer = 'sunny'): string {
  mkdirSync(join(folder, 'recordings'), { recursive: true });
  return writeRecording(join(folder, 'recordings/weather.jsonl'), { plugin }, answer);
}

/** Makes a stub of these arguments in a folder, which is the working folder. */
async function makeStub(folder: string, ...args: readonly string[]): Promise<string> {
  const made = await reprise([
    'stub',
    ...args.map((word) => (word.startsWith('+') ? join(folder, word.slice(1)) : word)),
    '-o',
    join(folder, 'bin/dify'),
  ]);
  expect(made).toMatchObject({ exitCode: 0, stdout: '' });
  return join(folder, 'bin/dify');
}

/** What a stub answers, with nothing in its environment but what is given. */
async function answerOf(stub: string, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const running = startDify(['-i', ...variables({ ...bare, ...env }), stub, 'plugin', 'run', file, '-r', 'json'], {
    file: '/usr/bin/env',
  });
  await running.says('plugin_ready');
  running.child.stdin.write(ask('x', 'Paris'));
  await running.says('plugin_invoke_end');
  running.child.kill('SIGTERM');
  const { code, stdout } = await running.ended;
  expect(code).toBe(0);
  return answersIn(stdout.toString());
}

function variables(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

test.each([
  ['a stub', []],
  ['a stub that holds all', ['--embed']],
])(
  '%s runs in an empty environment, whatever package.json stands above it, by any name and link',
  async (_what, options) => {
    const folder = makeFolder();
    makeRecording(folder);
    const stub = await makeStub(folder, '+recordings', ...options);
    expect(await answerOf(stub)).toEqual(['sunny']);
    expect((await runDify(['plugin', 'run', file, '-m', 'udp'], { file: stub })).stderr).toBe('');
    for (const type of ['module', 'commonjs']) {
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }));
      expect(await answerOf(stub)).toEqual(['sunny']);
      for (const name of ['dify-plugin-linux-amd64', 'dify.js']) {
        copyFileSync(stub, join(folder, 'bin', name));
        expect(await answerOf(join(folder, 'bin', name))).toEqual(['sunny']);
      }
    }
    const link = join(makeFolder(), 'dify');
    symlinkSync(stub, link);
    expect(await answerOf(link)).toEqual(['sunny']);
  },
);

test('a stub refers to its recordings by relative paths: both can be moved, and recorded again', async () => {
  const folder = makeFolder();
  makeRecording(folder);
  const stub = await makeStub(folder, '+recordings');
  expect(readText(stub)).toContain('"REPRISE_RECORDINGS": "../recordings"');
  makeRecording(folder, 'rain');
  expect(await answerOf(stub)).toEqual(['rain']);
  const moved = join(makeFolder(), 'deep');
  renameSync(folder, moved);
  // The program is where it was: the stub finds it by a path of its own only where that still leads there.
  const program = /"(\.\.[^"]*dify\.cjs)"/.exec(readText(join(moved, 'bin/dify')))?.[1] ?? '';
  writeFileSync(join(moved, 'bin/dify'), readText(join(moved, 'bin/dify')).replace(program, `../${program}`));
  chmodSync(join(moved, 'bin/dify'), 0o755);
  expect(await answerOf(join(moved, 'bin/dify'))).toEqual(['rain']);
});

test('a stub that holds all needs no file but itself, and none where it stands', async () => {
  const folder = makeFolder();
  makeRecording(folder);
  const made = await makeStub(folder, '+recordings', '--embed', '--ignore', '/request/tool');
  const bin = join(makeFolder(), 'bin');
  mkdirSync(bin);
  const stub = join(bin, 'dify');
  renameSync(made, stub);
  chmodSync(bin, 0o555);
  expect(await answerOf(stub)).toEqual(['sunny']);
  chmodSync(bin, 0o755);
  expect(readFileSync(stub, 'latin1')).not.toContain('sunny'); // packed
});

test('options are baked in, and the environment outranks them', async () => {
  const folder = makeFolder();
  makeRecording(folder);
  const stub = await makeStub(
    folder,
    '+recordings/weather.jsonl',
    '--ignore',
    '/request/tool_parameters',
    '--journal-dir',
    join(folder, 'journals'),
    '--any-package',
  );
  expect(await answerOf(stub)).toEqual(['sunny']);
  const about = await runDify(['--about'], { file: stub, env: { REPRISE_JOURNAL_DIR: 'elsewhere' } });
  expect(about).toMatchObject({ exitCode: 0, stderr: '' });
  expect(about.stdout).toContain('A drop-in `dify` that replays recordings, made by `reprise stub` (reprise ');
  expect(about.stdout).toContain('  REPRISE_IGNORE=/request/tool_parameters\n');
  expect(about.stdout).toContain('  REPRISE_JOURNAL_DIR=elsewhere\n');
  expect(about.stdout).toContain('  REPRISE_ANY_PACKAGE=1\n');
  expect(about.stdout).toContain(`  REPRISE_RECORDINGS=${join(folder, 'recordings/weather.jsonl')}\n`);
  const other = makeRecording(undefined, 'rain');
  expect(await answerOf(stub, { REPRISE_RECORDINGS: other })).toEqual(['rain']);
  expect((await runDify(['version'], { file: stub, env: { REPRISE_RECORDINGS: 'none' } })).stderr).toBe(
    'reprise: Failed to open none: there is no such file. Check `REPRISE_RECORDINGS`, or record with `REPRISE_RECORD_MODE=once`.\n',
  );
});

test('a stub that holds all has what the configuration says, too', async () => {
  const folder = makeFolder();
  makeRecording(folder);
  writeFileSync(join(folder, 'reprise.config.json'), '{"ignore": ["/request/tool_parameters/city"]}');
  const stub = join(makeFolder(), 'dify');
  renameSync(await makeStub(folder, '+recordings', '--embed'), stub);
  const running = startDify(['plugin', 'run', file, '-r', 'json'], { file: stub });
  await running.says('plugin_ready');
  running.child.stdin.write(ask('x', 'Oslo'));
  await running.says('plugin_invoke_end');
  running.child.kill('SIGTERM');
  expect(answersIn((await running.ended).stdout.toString())).toEqual(['sunny']);
});

test('a stub that holds all names its recordings as they were named', async () => {
  const folder = makeFolder();
  makeRecording(folder);
  const running = startDify(['plugin', 'run', file, '-r', 'json'], {
    file: await makeStub(folder, '+recordings', '--embed'),
  });
  await running.says('plugin_ready');
  running.child.stdin.write(ask('x', 'Oslo'));
  await running.says('plugin_invoke_end');
  running.child.kill('SIGTERM');
  expect(answersIn((await running.ended).stdout.toString())[0]).toContain('; nearest weather.jsonl.gz#1: ');
});

test('several recordings that are named by themselves are one script in a stub, too', async () => {
  const folder = makeFolder();
  makeRecording(folder);
  copyFileSync(join(folder, 'recordings/weather.jsonl'), join(folder, 'recordings/other.jsonl'));
  const [one, other] = ['+recordings/weather.jsonl', '+recordings/other.jsonl'];
  expect(await answerOf(await makeStub(folder, one, other))).toEqual(['sunny']);
  expect(await answerOf(await makeStub(folder, one, other, '--embed'))).toEqual(['sunny']);
});

test('a stub whose reprise has gone says so', async () => {
  const folder = makeFolder();
  makeRecording(folder);
  const stub = await makeStub(folder, '+recordings');
  writeFileSync(stub, readText(stub).replace('dify.cjs', 'gone.cjs'));
  const run = await runDify(['version'], { file: stub });
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toMatch(
    /^reprise: Failed to start \/.*\/bin\/dify: \/.*gone\.cjs is missing, and reprise is not installed\. Make the stub again, or with --embed\.\n$/,
  );
});

test('a stub is written anew, and nothing else is overwritten', async () => {
  const folder = makeFolder();
  const recording = makeRecording(folder);
  const stub = await makeStub(folder, '+recordings');
  await makeStub(folder, '+recordings', '--embed');
  writeFileSync(stub, '#!/bin/sh\necho the program itself\n');
  const refused = await reprise(['stub', recording, '-o', stub]);
  expect(refused).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: `reprise: Failed to write ${stub}: it exists already, and is no stub. Choose another name with \`--output\`, or overwrite it with \`--force\`.`,
  });
  expect((await reprise(['stub', recording, '-o', stub, '--force'])).exitCode).toBe(0);
  expect(await answerOf(stub)).toEqual(['sunny']);
});

test.each([
  [
    'no file',
    ['recordings/regex.jsonl'],
    'Failed to write a stub: no file was named. Give `--output`, as in `-o bin/dify`.',
  ],
  ['a folder', ['recordings/regex.jsonl', '-o', '.'], 'Failed to write .: it is a folder. Give `--output` a file.'],
  [
    'no such recording',
    ['none.jsonl', '-o', 'x'],
    'Failed to open none.jsonl: there is no such file. Check the path, or make it with `reprise record`.',
  ],
  [
    'a wrong pace',
    ['recordings/regex.jsonl', '-o', 'x', '--pace', 'fast'],
    "Failed to read `--pace`: 'fast' is no pace. Give recorded, instant, or a speed such as 2x or 0.5x.",
  ],
  [
    'a wrong path',
    ['recordings/regex.jsonl', '-o', 'x', '--ignore', 'a'],
    "Failed to read `--ignore`: 'a' is no path, which begins with '/'. Give one such as /request/user_id.",
  ],
])('%s is told, and nothing is written', async (_what, args, text) => {
  expect(await reprise(['stub', ...args])).toEqual({ exitCode: 2, stdout: '', stderr: `reprise: ${text}` });
});
