import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { answersIn, makePackage, namesIn, runDify, writeRecording } from '../../support/drop-in.ts';
import { makeProject, plugin } from '../../support/weather.ts';

let file: string;
beforeAll(async () => {
  file = await makePackage('weather');
});

const recordings = { REPRISE_RECORDINGS: 'recordings' };

interface Wrong {
  what: string;
  env?: NodeJS.ProcessEnv;
  arrange?: (folder: string) => void;
  text: string;
}

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
