import { execaNode } from 'execa';
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isLinux, processesWith, until } from '../support/recorder.ts';
import type { Project } from './project.ts';
import { extract, fixtures, makeProject, patience } from './project.ts';

const client = join(fixtures, 'ask.mjs');
const numbers = extract('order 12 of 345', '\\d+');
const words = extract('order 12 of 345', '[a-z]+');
/** The program that stands for the real one answers once, and never ends. */
const endless = extract('endless', '.');

const texts = (stdout: string): string[] => [...stdout.matchAll(/"text":"([^"]*)"/g)].map(([, text = '']) => text);

function environment({ folder }: Project, session: string, more: Readonly<Record<string, string>> = {}) {
  return {
    DIFY_CLI_PATH: 'node_modules/.bin/reprise-dify',
    REPRISE_RECORDINGS: join(folder, 'recordings'),
    REPRISE_SESSION: session,
    ...more,
  };
}

/** Starts the Node client as the test of this name. */
function ask(project: Project, session: string, requests: readonly object[], more?: Readonly<Record<string, string>>) {
  return project.run([process.execPath, client, 'regex.difypkg', ...requests.map((one) => JSON.stringify(one))], {
    env: environment(project, session, more),
  });
}

const once = { REPRISE_RECORD_MODE: 'once' };

test('what the Node client records once is replayed the same without the program, one file a test', async () => {
  const project = await makeProject();
  const tests = { 'a > finds numbers': [numbers, words], 'a > finds words': [words], 'a > finds nothing': [] };
  const run = (more?: Readonly<Record<string, string>>) =>
    Promise.all(
      Object.entries(tests).map(async ([name, requests]) => {
        const { exitCode, stdout } = await ask(project, name, requests, more);
        return { exitCode, texts: texts(stdout) };
      }),
    );
  const recorded = await run(once);
  expect(recorded).toEqual([
    { exitCode: 0, texts: ["['12', '345']", "['order', 'of']"] },
    { exitCode: 0, texts: ["['order', 'of']"] },
    { exitCode: 0, texts: [] },
  ]);
  expect(project.countStarts()).toBe(3);
  expect(project.recordings()).toHaveLength(3);
  expect(await run(once)).toEqual(recorded);
  rmSync(join(project.folder, 'program/dify'));
  expect(await run()).toEqual(recorded);
  expect(await run({ REPRISE_RECORD_MODE: 'none', CI: 'true' })).toEqual(recorded);
  expect(await run({ ...once, CI: 'true' })).toEqual(recorded);
  expect(project.countStarts()).toBe(3);
  const checked = await project.run(['node_modules/.bin/reprise', 'check', 'recordings']);
  expect(checked).toMatchObject({ exitCode: 0 });
});

test('in CI a test without a recording fails and names it, and the program is not started', async () => {
  const project = await makeProject();
  const { exitCode, stderr } = await ask(project, 'finds numbers', [numbers], { ...once, CI: 'true' });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('the session finds numbers has no recording, and this is CI');
  expect([project.countStarts(), project.recordings()]).toEqual([0, []]);
  const allowed = await ask(project, 'finds numbers', [numbers], { ...once, CI: 'true', REPRISE_RECORD_IN_CI: '1' });
  expect(texts(allowed.stdout)).toEqual(["['12', '345']"]);
  expect(project.recordings()).toHaveLength(1);
});

test('new_episodes asks the program for what is not known, and adds it', async () => {
  const project = await makeProject();
  await ask(project, 'grows', [numbers], once);
  const more = await ask(project, 'grows', [numbers, words], { REPRISE_RECORD_MODE: 'new_episodes' });
  expect(texts(more.stdout)).toEqual(["['12', '345']", "['order', 'of']"]);
  expect(project.countStarts()).toBe(2);
  const replayed = await ask(project, 'grows', [words, numbers]);
  expect(texts(replayed.stdout)).toEqual(["['order', 'of']", "['12', '345']"]);
  expect([project.countStarts(), project.recordings()]).toEqual([2, ['grows.jsonl']]);
});

test('all records afresh', async () => {
  const project = await makeProject();
  await ask(project, 'changes', [numbers], once);
  await ask(project, 'changes', [words], { REPRISE_RECORD_MODE: 'all' });
  expect(project.recordings()).toEqual(['changes.jsonl']);
  expect(texts((await ask(project, 'changes', [words])).stdout)).toEqual(["['order', 'of']"]);
  expect(await ask(project, 'changes', [numbers])).toMatchObject({ exitCode: 1 });
});

/** Starts the Node client with a request that is never answered to its end, and waits for the first answer to be recorded. */
async function startEndless(project: Project, session: string) {
  const tag = randomUUID();
  const child = execaNode(client, ['regex.difypkg', JSON.stringify(endless)], {
    cwd: project.folder,
    env: { ...project.env, ...environment(project, session, { ...once, TEST_TAG: tag }) },
    extendEnv: false,
    reject: false,
    timeout: patience,
    killSignal: 'SIGKILL',
  });
  const folder = join(project.folder, 'recordings');
  await until(
    () => project.recordings().some((name) => readFileSync(join(folder, name), 'utf8').includes('plugin_response')),
    () => 'an answer is in the recording',
  );
  const isOver = () =>
    until(
      () => processesWith(tag).length === 0,
      () => 'its processes are gone',
    );
  return { child, pid: child.pid ?? 0, tag, isOver };
}

const isDropIn = (pid: number): boolean =>
  readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('bin/reprise-dify\0');

test.skipIf(!isLinux).each([
  ['its client', (_tag: string, pid: number) => [pid]],
  ['all that it has started', (tag: string) => processesWith(tag)],
])('a test that was killed in the middle, %s, is recorded whole when it is run again', async (_title, victims) => {
  const project = await makeProject();
  const { child, pid, tag, isOver } = await startEndless(project, 'is killed');
  for (const victim of victims(tag, pid)) process.kill(victim, 'SIGKILL');
  await child;
  await isOver();
  expect(project.recordings().filter((name) => name.endsWith('.jsonl'))).toEqual([]);
  expect(await ask(project, 'is killed', [numbers])).toMatchObject({ exitCode: 1 });

  const again = await ask(project, 'is killed', [numbers], once);
  expect(texts(again.stdout)).toEqual(["['12', '345']"]);
  expect(project.recordings().filter((name) => name.endsWith('.jsonl'))).toHaveLength(1);
  expect(texts((await ask(project, 'is killed', [numbers])).stdout)).toEqual(["['12', '345']"]);
  expect(await project.run(['node_modules/.bin/reprise', 'check', 'recordings'])).toMatchObject({ exitCode: 0 });
  expect(project.countStarts()).toBe(2);
});

test.skipIf(!isLinux)('a client that ends the program by SIGKILL, and lives on, keeps its recording', async () => {
  const project = await makeProject();
  const { child, tag, isOver } = await startEndless(project, 'ends-it');
  child.kill('SIGSTOP'); // so it is there for as long as it is needed
  for (const victim of processesWith(tag).filter(isDropIn)) process.kill(victim, 'SIGKILL');
  await until(
    () => project.recordings().includes('ends-it.jsonl'),
    () => 'the recording has its name',
  );
  child.kill('SIGKILL');
  await child;
  await isOver();
  expect(project.recordings()).toEqual(['ends-it.jsonl']);
  const { exitCode, stderr } = await ask(project, 'ends-it', [endless]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('invoke_tool never ended in the recording');
});
