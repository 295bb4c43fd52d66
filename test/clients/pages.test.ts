import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { expect, test } from 'vitest';
import { hasGit } from '../support/machine.ts';
import type { Finished } from '../support/run.ts';
import { readPage, type, writeFiles } from './page.ts';
import { addRecording, fixtures, makeProject } from './project.ts';

const workflow = '.github/workflows/test.yml';
const ci = { CI: 'true', GITHUB_ACTIONS: 'true', NO_COLOR: '1' };

interface Step {
  run?: string;
  uses?: string;
  if?: string;
}

interface Workflow {
  on: string[];
  jobs: { test: { env: Record<string, string>; steps: Step[] } };
}

test.each([
  ['shell.md', ['client.sh']],
  ['node.md', ['client.mjs', 'reprise.setup.mjs', 'regex.test.mjs']],
  ['go.md', ['go/client.go', 'go/client_test.go']],
])('docs/%s shows the client that is tested', (page, names) => {
  const { files } = readPage(page);
  for (const name of names) expect(files.get(name.replace('go/', ''))).toBe(readFileSync(join(fixtures, name), 'utf8'));
});

test('docs/shell.md leads to answers, and to a recording that is played without the program', async () => {
  const project = await makeProject();
  addRecording(project, 'regex.jsonl');
  const page = readPage('shell.md');
  writeFiles(project, page);
  const [install = '', ask = '', record = '', replay = ''] = page.commands;
  for (const [command, starts] of [
    [install, 0],
    [ask, 0],
    [record, 1],
    [replay, 1],
  ] as const) {
    expect(await type(project, command)).toMatchObject({ exitCode: 0 });
    expect(project.countStarts()).toBe(starts);
  }
  expect(page.commands).toHaveLength(4);
  expect(project.recordings()).toEqual(['finds-words.jsonl', 'regex.jsonl']);
});

test('docs/node.md leads to one recording a test, which vitest replays without the program', async () => {
  const project = await makeProject();
  const page = readPage('node.md');
  writeFiles(project, page);
  const [variables = '', record = '', replay = ''] = page.commands;
  expect(page.commands).toHaveLength(3);
  expect(await type(project, variables)).toMatchObject({ exitCode: 0 });
  const recorded = await type(project, record);
  expect(recorded.stdout).toContain('2 passed');
  expect(project.countStarts()).toBe(2);
  expect(project.recordings()).toHaveLength(2);
  const replayed = await type(project, replay);
  expect(replayed).toMatchObject({ exitCode: 0 });
  expect(replayed.stdout).toContain('2 passed');
  expect(project.countStarts()).toBe(2);
});

test('the workflow of docs/github-actions.md replays, reports, and fails where a test has no recording', async () => {
  const project = await makeProject();
  const node = readPage('node.md');
  writeFiles(project, node);
  for (const command of node.commands.slice(0, 2)) expect(await type(project, command)).toMatchObject({ exitCode: 0 });
  const { jobs } = parse(readPage('github-actions.md').files.get(workflow) ?? '') as Workflow;
  const { env, steps } = jobs.test;
  const commands = steps.flatMap(({ run }) => (run === undefined || run === 'npm ci' ? [] : [run]));
  expect(steps.find(({ run }) => run?.includes('report') === true)?.if).toBe('always()');
  expect(steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact') === true)?.if).toBe('always()');
  expect(commands).toHaveLength(2);
  const [runTests = '', report = ''] = commands;

  const variables = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value.replace('${{ github.workspace }}', project.folder)]),
  );
  const job = { ...ci, ...variables, GITHUB_STEP_SUMMARY: join(project.folder, 'summary.md') };
  const step = (run: string, more = {}) =>
    project.run(['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', run], { env: { ...job, ...more } });
  for (const run of commands) expect({ run, ...(await step(run)) }).toMatchObject({ run, exitCode: 0 });
  expect(readdirSync(join(project.folder, 'journals'))).toHaveLength(2);
  expect(readFileSync(join(project.folder, 'journals.xml'), 'utf8')).toContain('regex.test.mjs-finds-numbers-');
  expect(readFileSync(join(project.folder, 'summary.md'), 'utf8')).not.toBe('');
  expect(project.countStarts()).toBe(2);

  await project.run(['bash', '-c', 'rm -r journals; sed -i.old "s/order 12/order 13/" regex.test.mjs']);
  expect(await step(runTests)).toMatchObject({ exitCode: 1 });
  const reported = await step(report);
  expect(reported).toMatchObject({ exitCode: 1 });
  expect(reported.stdout + reported.stderr).toMatch(/^::error.*regex\.test\.mjs > finds numbers.*order 13/m);

  await project.run(['bash', '-c', 'rm recordings/*finds-numbers*.jsonl']);
  const test = await step(runTests, { REPRISE_RECORD_MODE: 'once' });
  expect(test).toMatchObject({ exitCode: 1 });
  expect(test.stdout).toContain('1 failed | 1 passed');
  expect(test.stdout).toContain('regex.test.mjs > finds numbers has no recording, and this is CI');
  expect(project.countStarts()).toBe(2);
});

test.skipIf(!hasGit)(
  'the pre-commit hook of docs/github-actions.md lets no secret be committed, whatever the file is by then',
  async () => {
    const project = await makeProject();
    const page = readPage('github-actions.md');
    writeFiles(project, page);
    addRecording(project, 'regex.jsonl');
    const git = (words: string): Promise<Finished> =>
      project.run(['bash', '-c', `git -c user.name=a -c user.email=a@example.com ${words}`]);
    expect(await git('init -q')).toMatchObject({ exitCode: 0 });
    for (const command of page.commands) expect(await type(project, command)).toMatchObject({ exitCode: 0 });
    expect(await git('commit --allow-empty -qm none')).toMatchObject({ exitCode: 0 });
    await git('add recordings');
    expect(await git('commit -qm good')).toMatchObject({ exitCode: 0 });

    const secret = ['sk-', 'reprise-fedcba9876543210'].join('');
    const file = join(project.folder, 'recordings/regex.jsonl');
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, good.replace(/"expression":"[^"]*"/, `"expression":"${secret}"`));
    await git('add recordings');
    writeFileSync(file, good);
    const refused = await git('commit -qm bad');
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.stdout + refused.stderr).toMatch(
      /regex\.jsonl:\d+: secret: \/request\/tool_parameters\/expression holds an openai_key/,
    );
    expect(refused.stdout + refused.stderr).not.toContain(secret);
    await git('add recordings');
    expect(await git('commit --allow-empty -qm again')).toMatchObject({ exitCode: 0 });

    // So is what a run has left that was killed.
    writeFileSync(`${file}.part`, good.replace(/"expression":"[^"]*"/, `"expression":"${secret}"`));
    await git('add recordings');
    const left = await git('commit -qm left');
    expect(left.stdout + left.stderr).toMatch(/regex\.jsonl\.part:\d+: secret: /);
    await git('rm -qf recordings/regex.jsonl.part');

    // What the project wishes counts as it is staged, too.
    writeFileSync(file, good.replace(/"expression":"[^"]*"/, '"expression":"cust-4711"'));
    await git('add recordings');
    const config = join(project.folder, 'reprise.config.json');
    writeFileSync(config, '{"redact":["/cust-\\\\d+/"]}');
    await git('add reprise.config.json');
    writeFileSync(config, '{}');
    const wished = await git('commit -qm wished');
    expect(wished).toMatchObject({ exitCode: 1 });
    expect(wished.stdout + wished.stderr).toMatch(/regex\.jsonl:\d+: secret: \/request\/tool_parameters\/expression/);
  },
);

test('the second workflow of docs/github-actions.md fails with an annotation where a recording holds a secret', async () => {
  const project = await makeProject();
  addRecording(project, 'regex.jsonl');
  const { jobs } = parse(readPage('github-actions.md').files.get('.github/workflows/recordings.yml') ?? '') as {
    jobs: { check: { steps: Step[] } };
  };
  const run = jobs.check.steps.at(-1)?.run ?? '';
  const step = (): Promise<Finished> =>
    project.run(['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', run], { env: ci });
  expect(await step()).toMatchObject({ exitCode: 0 });
  const secret = ['sk-', 'reprise-fedcba9876543210'].join('');
  const file = join(project.folder, 'recordings/regex.jsonl');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"expression":"[^"]*"/, `"expression":"${secret}"`));
  const failed = await step();
  expect(failed).toMatchObject({ exitCode: 1 });
  expect(failed.stderr).toMatch(
    /^::error file=recordings\/regex\.jsonl,line=\d+,title=reprise%3A secret::\/request\//m,
  );
  expect(failed.stdout + failed.stderr).not.toContain(secret);
});
