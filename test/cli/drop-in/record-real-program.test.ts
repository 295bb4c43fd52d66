import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { dify, makeScript, realDify, runDify, writeRecording } from '../../support/drop-in.ts';
import { reprise } from '../../support/run.ts';
import { converse, makeProject, startsOf } from '../../support/sessions.ts';

test('a real program that is a drop-in itself is refused', async () => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha', REPRISE_REAL_DIFY: dify });
  const run = await runDify(['plugin', 'run', project.file, '-r', 'json'], { env: project.env, cwd: project.folder });
  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain(`${dify} is a drop-in too, and no program that could be recorded`);
  expect((await runDify(['version'], { env: project.env, cwd: project.folder })).exitCode).toBe(2);
});

test('the next `dify` on the PATH is recorded, where no other is named', async () => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha', REPRISE_REAL_DIFY: '' });
  const script = makeScript('dify', `exec "${process.execPath}" "${realDify}" "$@"`);
  await converse(project, ['Paris'], { PATH: `${dirname(script)}:${process.env['PATH']}` });
  expect(startsOf(project)).toBe(1);
});

test('where there is no program to record, that is told', async () => {
  const project = await makeProject('all', { REPRISE_REAL_DIFY: '', PATH: dirname(process.execPath) });
  const text =
    'reprise: Failed to find the program itself, which is to be recorded: there is no other `dify` on the PATH. Name it by `REPRISE_REAL_DIFY`.';
  expect(await runDify(['version'], { env: project.env })).toEqual({ exitCode: 2, stdout: '', stderr: `${text}\n` });
});

test('a stub that holds its recordings can not record, and says so', async () => {
  const project = await makeProject('once', { REPRISE_RECORDINGS: '', REPRISE_SESSION: 'alpha' });
  const stub = join(project.folder, 'dify');
  await reprise(['stub', writeRecording(join(project.folder, 'one.jsonl')), '-o', stub, '--embed']);
  const run = await runDify(['version'], { env: project.env, cwd: project.folder, file: stub });
  expect(run).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: `reprise: Failed to record: ${stub} holds its recordings in itself. Name a folder by \`REPRISE_RECORDINGS\`, or make it without --embed.\n`,
  });
});

test('`version` fails already where a start would record and can not', async () => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha' });
  const version = async (env: NodeJS.ProcessEnv): Promise<string> => {
    const run = await runDify(['version'], { env: { ...project.env, ...env }, cwd: project.folder });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    return run.stderr;
  };
  expect(await version({ REPRISE_REAL_DIFY: '/nowhere/dify' })).toContain(
    'Failed to start /nowhere/dify: there is no such file.',
  );
  expect(await version({ REPRISE_RECORDINGS: 'x/*.jsonl' })).toContain('`REPRISE_RECORDINGS` names no single folder.');
  expect(await version({ CI: '1' })).toContain('the session alpha has no recording, and this is CI');
});

test('another drop-in on the PATH is passed over', async () => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha', REPRISE_REAL_DIFY: '' });
  const [first, second] = [
    join(project.folder, 'first'),
    makeScript('dify', `exec "${process.execPath}" "${realDify}" "$@"`),
  ];
  await reprise(['stub', writeRecording(join(project.folder, 'one.jsonl')), '-o', join(first, 'dify')]);
  await converse(project, ['Paris'], { PATH: `${first}:${dirname(second)}:${process.env['PATH']}` });
  expect(startsOf(project)).toBe(1);
});
