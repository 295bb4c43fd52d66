import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { beforeAll, expect, test } from 'vitest';
import { answersIn, ask, makePackage, namesIn, runDify, startDify, writeRecording } from '../../support/drop-in.ts';
import { reprise } from '../../support/run.ts';
import { makeProject, plugin } from '../../support/weather.ts';

let file: string;
beforeAll(async () => {
  file = await makePackage('weather');
});

const recordings = { REPRISE_RECORDINGS: 'recordings' };

/** Starts it, asks for Paris, and tells what came. */
async function answerOf(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<{ answers: string[]; stderr: string }> {
  const running = startDify(['plugin', 'run', ...args, '-r', 'json'], { env, cwd });
  await running.says('plugin_ready');
  running.child.stdin.write(ask('x', 'Paris'));
  await running.says('plugin_invoke_end');
  running.child.kill('SIGTERM');
  const { stdout, stderr } = await running.ended;
  return { answers: answersIn(stdout.toString()), stderr };
}

test('the recordings of the nearest configuration are played, where none are named', async () => {
  const cwd = makeProject();
  writeFileSync(join(cwd, 'reprise.config.json'), '{"ignore": ["/request/tool"]}');
  mkdirSync(join(cwd, 'deep/er'), { recursive: true });
  expect((await answerOf([file], {}, join(cwd, 'deep/er'))).answers).toEqual(['weather']);
});

test('the version is the recorded program’s, where one was recorded', async () => {
  const cwd = makeProject();
  writeRecording(join(cwd, 'recordings/weather.jsonl'), { plugin, program: { name: 'dify', version: 'v0.5.1' } });
  expect(await runDify(['version'], { env: recordings, cwd })).toEqual({ exitCode: 0, stdout: 'v0.5.1\n', stderr: '' });
});

test('with REPRISE_ANY_PACKAGE the package need not be there', async () => {
  const env = { ...recordings, REPRISE_ANY_PACKAGE: '1' };
  const cwd = makeProject();
  expect((await answerOf(['downloads/reprise-weather_0.0.1.difypkg'], env, cwd)).answers).toEqual(['weather']);
  writeFileSync(join(cwd, 'weather.difypkg'), 'version https://git-lfs.github.com/spec/v1\n');
  expect((await answerOf(['weather.difypkg'], env, cwd)).answers).toEqual(['weather']);
  const other = await runDify(['plugin', 'run', 'tides.difypkg', '-r', 'json'], { env, cwd });
  expect(answersIn(other.stdout)[0]).toContain('no recording of tides.difypkg is among recordings/weather.jsonl');
});

test('another version of the plugin is played, and told', async () => {
  const cwd = makeProject();
  const newer = await makePackage('weather', { version: '2.0.0' });
  const { answers, stderr } = await answerOf([newer], recordings, cwd);
  expect(answers).toEqual(['weather']);
  expect(stderr).toContain(
    'reprise: recordings/weather.jsonl is a recording of weather 0.0.1; the package has version 2.0.0.\n',
  );
});

test('several recordings of the package are one script', async () => {
  const cwd = makeProject(['one', 'two']);
  expect((await answerOf([file], recordings, cwd)).answers).toEqual(['one']);
});

test('several recordings that are named by themselves are one script', async () => {
  const cwd = makeProject(['one', 'two']);
  const env = { REPRISE_RECORDINGS: 'recordings/one.jsonl\nrecordings/two.jsonl' };
  expect((await answerOf([file], env, cwd)).answers).toEqual(['one']);
});

test('without anything said, the folder `recordings` is looked into', async () => {
  expect((await answerOf([file], {}, makeProject())).answers).toEqual(['weather']);
});

test('a session names its recording, whatever the package', async () => {
  const cwd = makeProject(['one', 'two']);
  expect((await answerOf([file], { ...recordings, REPRISE_SESSION: 'two' }, cwd)).answers).toEqual(['two']);
  expect((await answerOf([file], { ...recordings, REPRISE_SESSION: 'recordings/one.jsonl' }, cwd)).answers).toEqual([
    'one',
  ]);
});

test('what never ended in the recording is an error, unless it is asked to hang', async () => {
  const cwd = makeProject();
  const path = join(cwd, 'recordings/weather.jsonl');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/.*plugin_invoke_end.*\n/, ''));
  const { answers } = await answerOf([file], recordings, cwd);
  expect(answers[0]).toBe('weather');
  expect(answers[1]).toContain(
    'recordings/weather.jsonl#1: invoke_tool never ended in the recording; to wait for ever as it did: REPRISE_ON_UNFINISHED=hang',
  );
});

test.each(['stdio', 'tcp'])('a recording that was cut before ready is a start-up error, over %s', async (mode) => {
  const cwd = makeProject();
  const path = join(cwd, 'recordings/weather.jsonl');
  writeFileSync(path, readFileSync(path, 'utf8').split('plugin_ready')[0] ?? '');
  const text =
    'reprise: recordings/weather.jsonl: the recording ends before the plugin was ready. Record it again; to wait for ever as it did: REPRISE_ON_UNFINISHED=hang';
  const json = await runDify(['plugin', 'run', file, '-m', mode, '-r', 'json'], { env: recordings, cwd });
  expect(json).toMatchObject({ exitCode: 1 });
  expect(json.stdout).toBe(
    `{"invoke_id":"","type":"info","response":{"info":"loading plugin"}}\n{"invoke_id":"","type":"error","response":{"error":"${text}"}}\n`,
  );
  const plain = await runDify(['plugin', 'run', file, '-m', mode], { env: recordings, cwd });
  expect(plain.exitCode).toBe(1);
  expect(plain.stdout).toContain(` run.go:32: [ERROR]${text}\n`);
});

test('what would make a request match is told as a variable', async () => {
  const cwd = makeProject();
  const running = startDify(['plugin', 'run', file, '-r', 'json'], { env: recordings, cwd });
  await running.says('plugin_ready');
  running.child.stdin.write(ask('x', 'Oslo'));
  await running.says('plugin_invoke_end');
  const [answer = ''] = answersIn(running.stdout().toString());
  expect(answer).toContain(
    "/request/tool_parameters/city recorded 'Paris', received 'Oslo'; to accept it: REPRISE_IGNORE=/request/tool_parameters/city; to record it: REPRISE_RECORD_MODE=new_episodes; journal ",
  );
});

test('it says no more than 32 KiB on stderr, and goes on when nobody reads it', async () => {
  const cwd = makeProject();
  const running = startDify(['plugin', 'run', file, '-r', 'json'], { env: recordings, cwd });
  await running.says('plugin_ready');
  for (let count = 0; count < 400; count++) running.child.stdin.write(ask(`x${count}`, `Oslo ${count}`));
  await running.says('"x399","type":"plugin_invoke_end"');
  running.child.kill('SIGTERM');
  const { stderr, code } = await running.ended;
  expect(code).toBe(0);
  expect(stderr.length).toBeLessThanOrEqual(32 << 10);
  expect(stderr).toContain('reprise: more is not said here.\n');
});

test('a start that failed is in the journal before it is told: its client may kill it then', async () => {
  const cwd = makeProject();
  const env = { ...recordings, REPRISE_JOURNAL_DIR: 'journals', REPRISE_SESSION: 'other' };
  const { child, ended } = startDify(['plugin', 'run', file, '-r', 'json'], { env, cwd });
  let noted: string[] = [];
  const look = (): void => {
    noted = namesIn(join(cwd, 'journals')).map((name) => readFileSync(join(cwd, 'journals', name), 'utf8'));
    child.kill('SIGKILL');
  };
  child.stdout.once('data', look);
  await ended;
  expect(noted).toEqual([expect.stringContaining('"reason":"not-started"')]);
});

test('a start that failed is in the report of its test suite', async () => {
  const cwd = makeProject();
  const env = { ...recordings, REPRISE_JOURNAL_DIR: 'journals', PYTEST_CURRENT_TEST: 'test_tides (call)' };
  await answerOf([file], env, cwd);
  const tides = await makePackage('tides');
  expect((await runDify(['plugin', 'run', tides, '-r', 'json'], { env, cwd })).exitCode).toBe(1);
  const report = await reprise(['report', join(cwd, 'journals'), '--strict']);
  expect(report.exitCode).toBe(1);
  expect(report.stdout).toContain('reprise: 2 replays\n');
  expect(report.stdout).toContain(
    'missed   request 1 in test_tides: Failed to choose a recording: no recording of reprise/tides:0.0.1 is among ',
  );
});

test.each<[string, NodeJS.ProcessEnv, RegExp]>([
  ['a loop of links', { REPRISE_RECORDINGS: 'loop' }, /ELOOP/],
  ['something below a file', { REPRISE_RECORDINGS: 'recordings/weather.jsonl/x' }, /ENOTDIR/],
  ['a name that is too long', { REPRISE_RECORDINGS: 'x'.repeat(5000) }, /ENAMETOOLONG/],
  [
    'a name with control characters',
    { REPRISE_RECORDINGS: 'recordings', REPRISE_PACE: 'x\u001b[31m\u0007' },
    /'x\\u001b\[31m\\u0007' is no pace/,
  ],
  ['a huge value', { REPRISE_RECORDINGS: 'recordings', REPRISE_PACE: 'x'.repeat(100_000) }, /^.{3000,4001}$/s],
])('%s is told in a sentence, on both ways', async (_what, env, words) => {
  const cwd = makeProject();
  symlinkSync('loop', join(cwd, 'loop'));
  const version = await runDify(['version'], { env, cwd });
  expect(version).toMatchObject({ exitCode: 2, stdout: '' });
  const run = await runDify(['plugin', 'run', file, '-r', 'json'], { env, cwd });
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toMatch(words);
  expect(run.stderr).not.toMatch(/\n.|\n {4}at /s);
  expect(answersIn(run.stdout)).toHaveLength(1);
});

test.each([
  ['name: *foo', 'yaml: Unresolved alias'],
  [
    'a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c, *c, *c]',
    'yaml: Excessive alias count',
  ],
])('a manifest with strange aliases is a fault of the package', async (manifest, words) => {
  const cwd = makeProject();
  writeFileSync(join(cwd, 'x.difypkg'), zipSync({ 'manifest.yaml': Buffer.from(manifest) }));
  const run = await runDify(['plugin', 'run', 'x.difypkg', '-r', 'json'], { env: recordings, cwd });
  expect(run).toMatchObject({ exitCode: 1, stderr: '' });
  expect(answersIn(run.stdout)[0]).toContain(words);
});

test('a package that is a pipe is not waited for', async () => {
  const cwd = makeProject();
  execFileSync('mkfifo', [join(cwd, 'p.difypkg')]);
  const run = await runDify(['plugin', 'run', 'p.difypkg', '-r', 'json'], { env: recordings, cwd });
  expect(run.exitCode).toBe(1);
  expect(answersIn(run.stdout)).toEqual(['open p.difypkg: not a regular file\nread plugin file error']);
});
