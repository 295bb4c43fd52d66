import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  answersIn,
  ask,
  makePackage,
  namesIn,
  readText,
  runDify,
  startDify,
  writeRecording,
} from '../../support/drop-in.ts';
import { makeFolder } from '../../support/files.ts';
import { leaksIn, shapedSecrets } from '../../support/leaks.ts';
import { reprise } from '../../support/run.ts';
import { converse, makeProject, startsOf } from '../../support/sessions.ts';

test('`once` records a session that has no recording, and replays it from then on', async () => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha' });
  const first = await converse(project, ['Paris', 'Oslo']);
  expect(first).toMatchObject({ code: 0, answers: ['Paris, 1', 'Oslo, 2'] });
  expect(first.stderr).toContain('alpha.jsonl');
  expect(namesIn(project.recordings)).toEqual(['alpha.jsonl']);

  const second = await converse({ ...project, folder: makeFolder() }, ['Oslo', 'Paris'], { TMPDIR: makeFolder() });
  expect(second).toMatchObject({ code: 0, answers: ['Oslo, 2', 'Paris, 1'] });
  expect(startsOf(project)).toBe(1);
  expect(namesIn(project.recordings)).toEqual(['alpha.jsonl']);
  expect((await reprise(['check', join(project.recordings, 'alpha.jsonl')])).exitCode).toBe(0);
});

test('what was recorded for a session plays without the program, in mode `none`', async () => {
  const project = await makeProject('once', { PYTEST_CURRENT_TEST: 'tests/test_time.py::test_now[utc] (call)' });
  await converse(project, ['Paris']);
  expect(namesIn(project.recordings)).toEqual([
    expect.stringMatching(/^tests-test_time\.py-test_now-utc-[\da-f]{8}\.jsonl$/),
  ]);
  const again = await converse(project, ['Paris'], {
    REPRISE_RECORD_MODE: 'none',
    REPRISE_REAL_DIFY: '/no/such/file',
    PYTEST_CURRENT_TEST: 'tests/test_time.py::test_now[utc] (setup)',
  });
  expect(again.answers).toEqual(['Paris, 1']);
});

test('the second start of a plugin in one test has a file of its own, and is replayed as the second', async () => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha' });
  await converse(project, ['Paris']);
  await converse(project, ['Oslo']);
  expect(namesIn(project.recordings)).toEqual(['alpha-2.jsonl', 'alpha.jsonl']);
  const replayed = { ...project, env: { ...project.env, REPRISE_RECORD_MODE: 'none', TMPDIR: makeFolder() } };
  expect((await converse(replayed, ['Paris'])).answers).toEqual(['Paris, 1']);
  expect((await converse(replayed, ['Oslo'])).answers).toEqual(['Oslo, 1']);
  // Run again in the same process, the test begins again.
  expect((await converse(replayed, ['Paris'])).answers).toEqual(['Paris, 1']);
  expect(startsOf(project)).toBe(2);
});

test('two plugins in one test are recorded apart, and each finds its own', async () => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha' });
  const other = { ...project, file: await makePackage('tides') };
  await converse(project, ['Paris']);
  await converse(other, ['Brest']);
  expect(namesIn(project.recordings)).toEqual(['alpha-2.jsonl', 'alpha.jsonl']);
  const env = { REPRISE_RECORD_MODE: 'none', TMPDIR: makeFolder() };
  expect((await converse(other, ['Brest'], env)).answers).toEqual(['Brest, 1']);
  expect((await converse(project, ['Paris'], env)).answers).toEqual(['Paris, 1']);
});

test('without a test a recording is named after the plugin', async () => {
  const project = await makeProject('once');
  await converse(project, ['Paris']);
  expect(namesIn(project.recordings)).toEqual(['weather.jsonl']);
  await converse(project, ['Paris']);
  expect(startsOf(project)).toBe(1);
});

test('`all` records afresh, in the place of what was there', async () => {
  const project = await makeProject('all', { REPRISE_SESSION: 'alpha' });
  await converse(project, ['Paris']);
  const again = { ...project, env: { ...project.env, TMPDIR: makeFolder() } };
  await converse(again, ['Oslo']);
  expect(namesIn(project.recordings)).toEqual(['alpha.jsonl']);
  const recorded = readText(join(project.recordings, 'alpha.jsonl'));
  expect(recorded).toContain('Oslo, 1');
  expect(recorded).not.toContain('Paris');
  expect(startsOf(project)).toBe(2);
});

test.each(['all', 'new_episodes'])('`%s` changes none of several that fit, unless one is named', async (mode) => {
  const project = await makeProject(mode);
  mkdirSync(project.recordings, { recursive: true });
  const plugin = { author: 'reprise', name: 'weather', version: '0.0.1' };
  for (const name of ['one', 'two']) writeRecording(join(project.recordings, `${name}.jsonl`), { plugin });
  const { stdout } = await runDify(['plugin', 'run', project.file, '-r', 'json'], {
    env: project.env,
    cwd: project.folder,
  });
  expect(answersIn(stdout)).toEqual([
    expect.stringMatching(
      /^reprise: Failed to choose a recording: 2 recordings fit reprise\/weather:0\.0\.1 equally: /,
    ),
  ]);
  expect(startsOf(project)).toBe(0);
});

test('a client of the text format is recorded in JSON, and sees text', async () => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha' });
  const run = async (env: NodeJS.ProcessEnv): Promise<string> => {
    const running = startDify(['plugin', 'run', project.file], {
      env: { ...project.env, ...env },
      cwd: project.folder,
    });
    await running.says('[plugin_ready]');
    running.child.stdin.write(ask('x', 'Paris'));
    await running.says('[plugin_invoke_end]');
    running.child.kill('SIGTERM');
    return (await running.ended).stdout.toString().replace(/^\d{4}\S+ \S+/, 'TIME');
  };
  const live = await run({});
  expect(live).toBe(
    'TIME run.go:167: [INFO]loading plugin\n[plugin_ready] map[info:plugin loaded]\n\n[info] map[info:received request]\n\n[plugin_response] map[message:map[text:Paris, 1] type:text]\n\n[plugin_invoke_end] map[info:plugin invoke end]\n\n',
  );
  expect(await run({ REPRISE_RECORD_MODE: 'none', REPRISE_SESSION: 'alpha' })).toBe(live);
});

test('in CI a start that would record fails, with status 2 and words, and records nothing', async () => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha', CI: 'true' });
  const run = await runDify(['plugin', 'run', project.file, '-r', 'json'], { env: project.env, cwd: project.folder });
  const text =
    'reprise: Failed to replay: the session alpha has no recording, and this is CI (`CI` is set), where nothing is recorded unless `REPRISE_RECORD_IN_CI` is 1. Record it elsewhere, and commit the recording.';
  expect(run).toEqual({
    exitCode: 2,
    stdout: `{"invoke_id":"","type":"error","response":{"error":"${text}"}}\n`,
    stderr: `${text}\n`,
  });
  expect(existsSync(project.recordings)).toBe(false);
  expect(startsOf(project)).toBe(0);
});

test.each(['', '0', 'false'])('CI=%j is no CI', async (ci) => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha', CI: ci });
  expect((await converse(project, ['Paris'])).answers).toEqual(['Paris, 1']);
});

test('in CI `once` replays what is there, and records where it may', async () => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha', CI: '1', REPRISE_RECORD_IN_CI: '1' });
  await converse(project, ['Paris']);
  const strict = { ...project, env: { ...project.env, REPRISE_RECORD_IN_CI: '0', TMPDIR: makeFolder() } };
  expect((await converse(strict, ['Paris'])).answers).toEqual(['Paris, 1']);
  expect(startsOf(project)).toBe(1);
});

test.each(['all', 'new_episodes'])('in CI `%s` fails when its version is asked already', async (mode) => {
  const project = await makeProject(mode, { CI: 'true' });
  const run = await runDify(['version'], { env: project.env });
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toContain(`\`REPRISE_RECORD_MODE\` is ${mode}, and this is CI`);
});

test('a start-up that fails is passed on, and not kept', async () => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha', BROKEN: 'no network' });
  const run = await runDify(['plugin', 'run', project.file, '-r', 'json'], { env: project.env, cwd: project.folder });
  expect(run.exitCode).toBe(1);
  expect(answersIn(run.stdout)).toEqual(['no network']);
  expect(run.stderr).toContain('nothing is kept of this session: the plugin never became ready');
  expect(namesIn(project.recordings)).toEqual([]);
});

test('many sessions at once leave whole files, one each', { timeout: 60_000 }, async () => {
  const project = await makeProject('once');
  const sessions = Array.from({ length: 12 }, (_, index) => `session-${index}x`);
  const runs = await Promise.all(
    sessions.map((session, index) => converse(project, [`city ${index}`], { REPRISE_SESSION: session })),
  );
  expect(runs.map(({ answers }) => answers)).toEqual(sessions.map((_, index) => [`city ${index}, 1`]));
  expect(namesIn(project.recordings)).toEqual(sessions.map((session) => `${session}.jsonl`).toSorted());
  expect((await reprise(['check', project.recordings])).exitCode).toBe(0);
});

test('starts of one session at once get a file each', async () => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha' });
  await Promise.all([1, 2, 3].map((city) => converse(project, [`city ${city}`])));
  expect(namesIn(project.recordings)).toEqual(['alpha-2.jsonl', 'alpha-3.jsonl', 'alpha.jsonl']);
});

test('a recording of another session is not taken for one, and is not overwritten', async () => {
  const project = await makeProject('once', { PYTEST_CURRENT_TEST: 'test_a (call)' });
  mkdirSync(project.recordings);
  writeRecording(join(project.recordings, 'test_a.jsonl'), { session: 'other/test_a' }, 'theirs');
  writeFileSync(join(project.recordings, 'notes.txt'), '');
  expect((await converse(project, ['Paris'])).answers).toEqual(['Paris, 1']);
  expect(namesIn(project.recordings)).toEqual(['notes.txt', 'test_a-2.jsonl', 'test_a.jsonl']);
  expect(readText(join(project.recordings, 'test_a.jsonl'))).toContain('theirs');
});

test('a file is no place for sessions, and that is told', async () => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha', REPRISE_RECORDINGS: 'recordings/one.jsonl' });
  const run = await runDify(['plugin', 'run', project.file, '-r', 'json'], { env: project.env, cwd: project.folder });
  expect(run.exitCode).toBe(1);
  expect(answersIn(run.stdout)).toEqual([
    'reprise: Failed to record: `REPRISE_RECORDINGS` names the file recordings/one.jsonl, and each session gets a file of its own. Give it the folder that they go to.',
  ]);
});

test('`all` takes the place of a packed recording, too', async () => {
  const project = await makeProject('all');
  mkdirSync(project.recordings);
  const old = writeRecording(join(project.folder, 'old.jsonl'));
  writeFileSync(join(project.recordings, 'weather.jsonl.gz'), gzipSync(readText(old)));
  await converse(project, ['Oslo']);
  expect(namesIn(project.recordings)).toEqual(['weather.jsonl']);
});

test('a token in the name of a test is in no recording, no journal and no file’s name, and each such test has its own', async () => {
  const journals = makeFolder();
  const project = await makeProject('once', { REPRISE_JOURNAL_DIR: journals });
  const tokens = shapedSecrets.slice(0, 2);
  const cities = ['Paris', 'Oslo'];
  for (const mode of ['once', 'none'])
    for (const [index, token] of tokens.entries()) {
      const env = { REPRISE_RECORD_MODE: mode, PYTEST_CURRENT_TEST: `test_a.py::test_b[${token}] (call)` };
      const city = cities[index] ?? '';
      expect((await converse({ ...project, folder: makeFolder() }, [city], env)).answers).toEqual([`${city}, 1`]);
    }
  expect(namesIn(project.recordings)).toEqual([
    expect.stringMatching(/^test_a\.py-test_b-secret-[\da-f]{3}-[\da-f]{8}\.jsonl$/),
    expect.stringMatching(/^test_a\.py-test_b-secret-[\da-f]{3}-[\da-f]{8}\.jsonl$/),
  ]);
  expect(namesIn(journals)).toHaveLength(2);
  expect(leaksIn(project.recordings, tokens)).toEqual([]);
  expect(leaksIn(journals, tokens)).toEqual([]);
  expect(startsOf(project)).toBe(2);
});
