import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, namesIn, readText, startDify } from '../../support/drop-in.ts';
import { makeFolder } from '../../support/files.ts';
import { reprise } from '../../support/run.ts';
import { converse, makeProject, startsOf } from '../../support/sessions.ts';

test('`new_episodes` replays what is known, asks the program the rest, and adds that', async () => {
  const project = await makeProject('new_episodes', { REPRISE_SESSION: 'alpha' });
  await converse(project, ['Paris']);
  const fresh = { ...project, env: { ...project.env, TMPDIR: makeFolder() } };
  const more = await converse(fresh, ['Oslo', 'Paris', 'Rome']);
  expect(more).toMatchObject({ code: 0, answers: ['Oslo, 1', 'Paris, 1', 'Rome, 2'] });
  expect(more.stderr).toContain('2 invocations added to ');
  expect(namesIn(project.recordings)).toEqual(['alpha.jsonl']);
  expect(startsOf(project)).toBe(2);

  const replayed = { ...project, env: { ...project.env, REPRISE_RECORD_MODE: 'none' } };
  expect((await converse(replayed, ['Rome', 'Paris', 'Oslo'])).answers).toEqual(['Rome, 2', 'Paris, 1', 'Oslo, 1']);
  const check = await reprise(['check', join(project.recordings, 'alpha.jsonl')]);
  expect(check).toMatchObject({ exitCode: 0 });
});

test('`new_episodes` starts the program only when something is not known', async () => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha' });
  await converse(project, ['Paris']);
  const before = readText(join(project.recordings, 'alpha.jsonl'));
  await converse({ ...project, env: { ...project.env, TMPDIR: makeFolder() } }, ['Paris'], {
    REPRISE_RECORD_MODE: 'new_episodes',
  });
  expect(startsOf(project)).toBe(1);
  expect(readText(join(project.recordings, 'alpha.jsonl'))).toBe(before);
});

test('a program that ends in the middle has only what it answered added', async () => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha' });
  await converse(project, ['Paris']);
  const env = { ...project.env, REPRISE_RECORD_MODE: 'new_episodes', TMPDIR: makeFolder() };
  const running = startDify(['plugin', 'run', project.file, '-r', 'json'], { env, cwd: project.folder });
  await running.says('plugin_ready');
  for (const [id, city] of Object.entries({ one: 'Oslo', two: 'silence', three: 'Rome' }))
    running.child.stdin.write(ask(id, city));
  await running.says('"three","type":"plugin_invoke_end"');
  running.child.kill('SIGTERM');
  expect((await running.ended).stderr).toContain('2 invocations added to ');
  expect((await reprise(['check', project.recordings])).exitCode).toBe(0);
  const known = readText(join(project.recordings, 'alpha.jsonl'));
  expect(known).not.toContain('silence');
  const replayed = { ...project, env: { ...project.env, REPRISE_RECORD_MODE: 'none' } };
  expect((await converse(replayed, ['Rome', 'Oslo'])).answers).toEqual(['Rome, 3', 'Oslo, 1']);
});

test('what a killed process was adding is in nobody’s way', async () => {
  const project = await makeProject('once', { REPRISE_SESSION: 'alpha' });
  await converse(project, ['Paris']);
  writeFileSync(join(project.recordings, 'alpha.jsonl.lock'), '999999999');
  const fresh = { ...project, env: { ...project.env, TMPDIR: makeFolder() } };
  await converse(fresh, ['Oslo'], { REPRISE_RECORD_MODE: 'new_episodes' });
  expect(namesIn(project.recordings)).toEqual(['alpha.jsonl']);
  expect(readText(join(project.recordings, 'alpha.jsonl'))).toContain('Oslo, 1');
});
