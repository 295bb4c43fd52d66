import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { readPage, writeFiles } from '../clients/page.ts';
import type { Project } from '../clients/project.ts';
import { addRecording, extract, makeProject } from '../clients/project.ts';
import { hasGit } from '../support/machine.ts';
import { serveRegistry } from '../support/registry.ts';
import type { Finished } from '../support/run.ts';
import { root } from '../support/run.ts';

// Every command is a start of its own.
vi.setConfig({ testTimeout: 120_000 });

const secret = ['sk-', 'reprise-fedcba9876543210'].join('');
const answer = "['12', '345']";

/** The registry that `TEST_REGISTRY` names, as the suite with a real one does, or one that is made by hand. */
async function openRegistry(): Promise<string> {
  return process.env['TEST_REGISTRY'] ?? (await serveRegistry()).host;
}

/** A project with a repository, a client and what it asks; with the real program only where it records. */
async function makeTeam(apiKey: string, { hasProgram }: { hasProgram: boolean }): Promise<Project> {
  const project = await makeProject();
  writeFiles(project, readPage('shell.md'));
  const request = extract('order 12 of 345', '\\d+');
  const asked = { ...request, request: { ...(request['request'] as object), credentials: { api_key: apiKey } } };
  writeFileSync(join(project.folder, 'request.json'), JSON.stringify({ invoke_id: '1', ...asked }));
  await shell(project, `git init -q && git config user.name a && git config user.email a@example.com`);
  if (!hasProgram) await shell(project, 'rm program/dify && rmdir recordings');
  return project;
}

function type(project: Project, command: string, env: Readonly<Record<string, string>> = {}): Promise<Finished> {
  return project.run(['bash', '-c', command], { env });
}

/** Runs a command that is to succeed. */
async function shell(...call: Parameters<typeof type>): Promise<Finished> {
  const [, command] = call;
  const finished = await type(...call);
  expect({ command, ...finished }).toMatchObject({ command, exitCode: 0 });
  return finished;
}

/** Every byte of every file below a folder of a project that was not put there by the test. */
function readAll({ folder }: Project, name: string): string {
  return readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

test.skipIf(!hasGit)(
  "the ten commands of docs/sharing.md lead from a recording to another team's CI, and no secret comes along",
  async () => {
    const host = await openRegistry();
    const commands = readPage('sharing.md').commands.map((one) => one.replaceAll('registry.example.com', host));
    const [record = '', inspect = '', redact = '', commit = '', bundle = '', push = ''] = commands;
    const [pull = '', pin = '', pullLocked = '', replay = ''] = commands.slice(6);

    const team = await makeTeam(secret, { hasProgram: true });
    const recorded = await shell(team, record);
    expect(recorded.stdout).toContain(answer);
    expect(recorded.stderr).toContain('1 secret redacted: 1 api_key');
    expect(readAll(team, 'recordings')).not.toContain(secret);
    const old = { REPRISE_SESSION: 'old', REPRISE_NO_REDACT: '1' };
    await shell(team, record, old);
    expect(readAll(team, 'recordings')).toContain(secret);
    expect(team.recordings()).toEqual(['old.jsonl', 'regex.jsonl']);
    expect((await shell(team, inspect)).stdout).toMatch(/"api_key":"\[redacted:api_key:[0-9a-f]{32}\]"/);
    expect(await type(team, commit)).toMatchObject({ exitCode: 1 });
    expect(await type(team, bundle)).toMatchObject({ exitCode: 1 });
    expect((await shell(team, redact)).stderr).toContain('1 secret redacted');
    await shell(team, 'cp recordings/regex.jsonl recordings/again.jsonl'); // of the same plugin, and for no test
    await shell(team, commit);
    await shell(team, 'git add --all .reprise');
    const committed = (await shell(team, 'git log --patch --format=')).stdout;
    expect((await shell(team, 'git ls-files')).stdout).toBe(
      'recordings/again.jsonl\nrecordings/old.jsonl\nrecordings/regex.jsonl',
    );
    await shell(team, bundle);
    const [digest = ''] = (await shell(team, push)).stdout.split(' ');
    expect(team.countStarts()).toBe(2);

    const other = await makeTeam('test', { hasProgram: false });
    expect((await shell(other, pull)).stdout).toContain(digest);
    await shell(other, pin);
    const ci = await makeTeam('test', { hasProgram: false });
    await shell(ci, `git pull -q ${JSON.stringify(other.folder)} HEAD`);
    expect((await shell(ci, pullLocked, { CI: 'true' })).stdout).toContain(digest);
    for (const project of [ci, other]) {
      expect((await shell(project, replay, { CI: 'true' })).stdout).toContain(answer);
      expect(project.countStarts()).toBe(0);
    }

    const pulled = readAll(ci, '.cache/reprise');
    expect(pulled).toContain('[redacted:api_key:');
    for (const text of [readAll(team, 'recordings'), committed, pulled]) expect(text).not.toContain(secret);
  },
);

test('docs/sharing.md has ten numbered commands first', () => {
  const page = readFileSync(join(root, 'docs/sharing.md'), 'utf8');
  const numbered = [...page.matchAll(/^\*\*(\d+)\. [^\n]*\n\n```sh\n[^\n]+\n```$/gm)];
  expect(numbered.map(([, number]) => Number(number))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(page.indexOf('```sh', numbered.at(-1)?.index)).toBeLessThan(page.indexOf('## Secrets'));
  expect(page.slice(0, page.indexOf('## Secrets')).match(/```sh/g)).toHaveLength(10);
});

test('the three commands of the README share recordings', async () => {
  const host = await openRegistry();
  const part = readFileSync(join(root, 'README.md'), 'utf8').split('## Share them')[1]?.split('\n## ')[0] ?? '';
  const block = /^```sh\n([^`]*)^```/m.exec(part)?.[1]?.replaceAll('registry.example.com', host) ?? '';
  const commands = block.trimEnd().split('\n');
  expect(commands).toHaveLength(3);
  const [team, other] = [await makeProject(), await makeProject()];
  addRecording(team, 'regex.jsonl');
  for (const [index, command] of commands.entries()) await shell(index < 2 ? team : other, command);
  expect(readAll(other, '.cache/reprise')).toContain(readFileSync(join(root, 'recordings/regex.jsonl'), 'latin1'));
});
