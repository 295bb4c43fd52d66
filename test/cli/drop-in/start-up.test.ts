import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { beforeAll, expect, test } from 'vitest';
import { answersIn, ask, makePackage, namesIn, runDify, startDify, writeRecording } from '../../support/drop-in.ts';
import { makeFolder } from '../../support/files.ts';
import { reprise } from '../../support/run.ts';

let file: string;
beforeAll(async () => {
  file = await makePackage('weather');
});

const plugin = { author: 'reprise', name: 'weather', version: '0.0.1', sha256: 'f'.repeat(64) };

/** A folder in which a client works: with the recordings that are named, each of the weather plugin. */
function makeProject(names: readonly string[] = ['weather']): string {
  const folder = makeFolder();
  mkdirSync(join(folder, 'recordings'));
  for (const name of names) writeRecording(join(folder, 'recordings', `${name}.jsonl`), { plugin }, name);
  return folder;
}

interface Wrong {
  what: string;
  env?: NodeJS.ProcessEnv;
  arrange?: (folder: string) => void;
  text: string;
}

const recordings = { REPRISE_RECORDINGS: 'recordings' };

// What does not depend on a package fails when the version is asked, which clients do first.
test.each<Wrong>([
  {
    what: 'a variable is misspelt',
    env: { ...recordings, REPRISE_RECORD_MOD: 'once' },
    text: 'Failed to read `REPRISE_RECORD_MOD`: there is no such variable. Did you mean REPRISE_RECORD_MODE?',
  },
  {
    what: 'nothing is set',
    arrange: (folder) => rmSync(join(folder, 'recordings'), { recursive: true }),
    text: 'Failed to find recordings: `REPRISE_RECORDINGS` is not set, and there is no reprise.config.json in FOLDER or above. Set it to a recording, a folder or a pattern.',
  },
  {
    what: 'the recordings are not there',
    env: { REPRISE_RECORDINGS: 'none' },
    text: 'Failed to open none: there is no such file. Check `REPRISE_RECORDINGS`, or record with `REPRISE_RECORD_MODE=once`.',
  },
  {
    what: 'the folder is empty',
    env: recordings,
    arrange: (folder) => rmSync(join(folder, 'recordings/weather.jsonl')),
    text: 'Failed to find a recording: the folder recordings holds no .jsonl file. Check `REPRISE_RECORDINGS`, or record with `REPRISE_RECORD_MODE=once`.',
  },
  {
    what: 'no file fits the pattern',
    env: { REPRISE_RECORDINGS: 'recordings/x*.jsonl' },
    text: "Failed to find a recording: no file fits 'recordings/x*.jsonl'. Check the pattern.",
  },
  {
    what: 'one of them is none',
    env: recordings,
    arrange: (folder) => writeFileSync(join(folder, 'recordings/x.jsonl'), '{}\n'),
    text: 'Failed to read recordings/x.jsonl: it is not a recording (line 1 is not a reprise header). Give a file made by `reprise record`.',
  },
  {
    what: 'an option has a value that it can not have',
    env: { ...recordings, REPRISE_ON_MISS: 'shrug' },
    text: "Failed to read `REPRISE_ON_MISS`: 'shrug' is not allowed. Give error or hang.",
  },
  {
    what: 'the pace is none',
    env: { ...recordings, REPRISE_PACE: 'fast' },
    text: "Failed to read `REPRISE_PACE`: 'fast' is no pace. Give recorded, instant, or a speed such as 2x or 0.5x.",
  },
  {
    what: 'a path is none',
    env: { ...recordings, REPRISE_IGNORE: '/request/a\nuser_id' },
    text: "Failed to read `REPRISE_IGNORE`: 'user_id' is no path, which begins with '/'. Give one such as /request/user_id.",
  },
  {
    what: 'the record mode is none',
    env: { ...recordings, REPRISE_RECORD_MODE: 'sometimes' },
    text: "Failed to read `REPRISE_RECORD_MODE`: 'sometimes' is not allowed. Give none or once or new_episodes or all.",
  },
  {
    what: 'the session was not recorded',
    env: { ...recordings, REPRISE_SESSION: 'other' },
    text: 'Failed to choose a recording: no recording of the session other is among recordings/weather.jsonl (reprise/weather:0.0.1). Record it with `REPRISE_RECORD_MODE=once`, or name another by `REPRISE_SESSION`.',
  },
  {
    what: 'the configuration is broken',
    arrange: (folder) => writeFileSync(join(folder, 'reprise.config.json'), '{"pace": 3}'),
    text: 'Failed to read FOLDER/reprise.config.json:1: `pace`: 3 is not allowed. Give a text.',
  },
])('`version` fails with status 2 where $what, and so does a start, with status 1', async ({ env, arrange, text }) => {
  const cwd = makeProject();
  arrange?.(cwd);
  const sentence = `reprise: ${text.replace('FOLDER', cwd)}`;
  expect(await runDify(['version'], { env: env ?? {}, cwd })).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: `${sentence}\n`,
  });
  const run = await runDify(['plugin', 'run', file, '-r', 'json'], { env: env ?? {}, cwd });
  expect(run).toMatchObject({ exitCode: 1 });
  expect(answersIn(run.stdout)).toHaveLength(1);
  expect(answersIn(run.stdout)[0]?.slice(0, 60)).toBe(sentence.slice(0, 60));
});

test.each([
  ['REPRISE_JOURNAL', 'none/journal.jsonl', 'ENOENT'],
  ['REPRISE_REPORT', 'none/report.json', 'ENOENT'],
  ['REPRISE_JOURNAL_DIR', 'recordings/weather.jsonl/x', 'ENOTDIR'],
])('`version` fails where there is no place for %s, and makes none', async (variable, path, reason) => {
  const cwd = makeProject();
  const version = await runDify(['version'], { env: { ...recordings, [variable]: path }, cwd });
  expect(version).toMatchObject({ exitCode: 2, stdout: '' });
  expect(version.stderr).toMatch(
    new RegExp(`^reprise: Failed to write ${path}: ${reason}: .*\\. Give \`${variable}\` another place\\.\\n$`),
  );
  const good = await runDify(['version'], { env: { ...recordings, REPRISE_JOURNAL_DIR: 'a/b' }, cwd });
  expect(good.exitCode).toBe(0);
  expect(namesIn(cwd)).toEqual(['recordings']);
});

test('a journal that would be written over a recording is refused, and the recording stays', async () => {
  const cwd = makeProject();
  const recording = join(cwd, 'recordings/weather.jsonl');
  const before = readFileSync(recording);
  const env = { ...recordings, REPRISE_JOURNAL: 'recordings/weather.jsonl' };
  expect((await runDify(['plugin', 'run', file, '-r', 'json'], { env, cwd })).exitCode).toBe(1);
  expect(readFileSync(recording)).toEqual(before);
});

const refusals: Wrong[] = [
  {
    what: 'two recordings of tests fit',
    arrange: (folder) => {
      for (const name of ['again', 'weather'])
        writeRecording(join(folder, `recordings/${name}.jsonl`), { plugin, session: name });
    },
    text: 'reprise: Failed to choose a recording: 2 recordings fit reprise/weather:0.0.1 equally: again, weather. Name one of them by `REPRISE_SESSION`, or several by themselves in `REPRISE_RECORDINGS` to have them as one.',
  },
  {
    what: 'none fits',
    arrange: (folder) => {
      rmSync(join(folder, 'recordings/weather.jsonl'));
      writeRecording(join(folder, 'recordings/tides.jsonl'), { plugin: { ...plugin, name: 'tides' } });
    },
    text: 'reprise: Failed to choose a recording: no recording of reprise/weather:0.0.1 is among recordings/tides.jsonl (reprise/tides:0.0.1). Record it with `REPRISE_RECORD_MODE=once`, or name a recording by `REPRISE_SESSION`.',
  },
  {
    what: 'the recording was made in the text format',
    arrange: (folder) => writeRecording(join(folder, 'recordings/weather.jsonl'), { plugin, response_format: 'text' }),
    text: 'reprise: Failed to replay recordings/weather.jsonl: it was recorded in the text format, which has no ids to tell answers apart. Record it again with `-r json`; it can then be replayed with `-r text`.',
  },
];

test.each(refusals)(
  'a start fails at once where $what, and says so on stdout as the program would',
  async ({ arrange, text }) => {
    const cwd = makeProject();
    arrange?.(cwd);
    const call = { env: recordings, cwd };
    expect(await runDify(['version'], call)).toMatchObject({ exitCode: 0, stdout: 'v0.6.10\n' });
    const json = await runDify(['plugin', 'run', file, '--response-format', 'json'], call);
    expect(json).toEqual({
      exitCode: 1,
      stdout: `{"invoke_id":"","type":"error","response":{"error":"${text}"}}\n`,
      stderr: `${text}\n`,
    });
    const plain = await runDify(['plugin', 'run', file], call);
    expect(plain.exitCode).toBe(1);
    expect(plain.stdout).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d run\.go:32: \[ERROR\]reprise: Failed to /);
    expect(plain.stdout.slice(plain.stdout.indexOf(']') + 1)).toBe(`${text}\n`);
  },
);

test('a package that can not be read fails in the program’s words', async () => {
  const cwd = makeProject();
  mkdirSync(join(cwd, 'folder.difypkg'));
  const run = await runDify(['plugin', 'run', 'folder.difypkg', '-r', 'json'], { env: recordings, cwd });
  expect(run).toMatchObject({ exitCode: 1, stderr: '' });
  expect(answersIn(run.stdout)).toEqual(['read folder.difypkg: is a directory\nread plugin file error']);
});

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
