import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isLinux, processesWith } from '../support/recorder.ts';
import { root } from '../support/run.ts';
import type { Project } from './project.ts';
import { addRecording, extract, fixtures, makeProject } from './project.ts';

const clients = [
  ['the shell client', ['bash', join(fixtures, 'client.sh')]],
  ['the Node client', [process.execPath, join(fixtures, 'ask.mjs')]],
] as const;

describe.each(clients)('%s', (_name, client) => {
  let project: Project;
  let tag: string;

  beforeEach(async () => {
    project = await makeProject();
    tag = randomUUID();
    addRecording(project, 'regex.jsonl');
  });

  afterEach(() => {
    const left = isLinux ? processesWith(tag) : [];
    if (left.length > 0) throw new Error(`${left.length} processes are left`);
  });

  const ask = (
    file: string,
    requests: readonly object[],
    env: Readonly<Record<string, string>> = { DIFY_CLI_PATH: 'node_modules/.bin/reprise-dify' },
  ) => {
    const words = requests.map((request, index) => JSON.stringify({ invoke_id: `r-${index}`, ...request }));
    return project.run([...client, file, ...words], {
      env: { REPRISE_RECORDINGS: join(project.folder, 'recordings'), TEST_TAG: tag, ...env },
    });
  };

  test('gets the recorded answers to several requests, from the program that DIFY_CLI_PATH names', async () => {
    const { exitCode, stdout } = await ask('regex.difypkg', [
      extract('x', '('),
      extract('naïve café 日本語 🎬 <b>&amp;</b>', '\\w+|🎬|<.>'),
      extract('order 12 of 345', '\\d+'),
    ]);
    expect(exitCode).toBe(0);
    const texts = stdout.split('\n').map((line) => (JSON.parse(line) as { message: { text: string } }).message.text);
    expect(texts).toEqual([
      'Failed to extract result, error: missing ), unterminated subpattern at position 0',
      "['naïve', 'café', '日本語', '🎬', '<b>', 'amp', 'b']",
      "['12', '345']",
    ]);
  });

  test.each([
    ['a stub', []],
    ['a stub that holds its recordings in itself', ['--embed']],
  ])('finds %s as `dify` on the PATH', async (_title, options) => {
    const made = await project.run(['node_modules/.bin/reprise', 'stub', 'recordings', '-o', 'bin/dify', ...options]);
    expect(made).toMatchObject({ exitCode: 0 });
    const env = { PATH: `${join(project.folder, 'bin')}:${project.env['PATH']}` };
    const { exitCode, stdout } = await ask('regex.difypkg', [extract('order 12 of 345', '\\d+')], env);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: `{"message":{"text":"['12', '345']"},"meta":null,"type":"text"}`,
    });
    expect(project.countStarts()).toBe(0);
  });

  test('gets hundreds of messages of one answer, in their order', async () => {
    const env = {
      DIFY_CLI_PATH: 'node_modules/.bin/reprise-dify',
      REPRISE_ANY_PACKAGE: '1',
      REPRISE_RECORDINGS: join(root, 'recordings/stream.jsonl'),
    };
    const request = {
      provider: 'probe',
      tool: 'probe',
      credentials: {},
      tool_parameters: { plan: '[["stream", 40, 5]]' },
    };
    const { exitCode, stdout } = await ask('probe.difypkg', [{ type: 'tool', action: 'invoke_tool', request }], env);
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').map((line) => /token (\d+) /.exec(line)?.[1])).toEqual(
      Array.from({ length: 40 }, (_, index) => String(index)),
    );
  });

  test('raises the exception of a plugin', async () => {
    const env = {
      DIFY_CLI_PATH: 'node_modules/.bin/reprise-dify',
      REPRISE_ANY_PACKAGE: '1',
      REPRISE_RECORDINGS: join(root, 'recordings/exceptions.jsonl'),
    };
    const request = { provider: 'no_such_provider', tool: 'probe', credentials: {}, tool_parameters: {} };
    const { exitCode, stderr } = await ask('probe.difypkg', [{ type: 'tool', action: 'invoke_tool', request }], env);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Provider `no_such_provider` not found');
  });

  test('raises what differs from a recording', async () => {
    const { exitCode, stderr } = await ask('regex.difypkg', [extract('order 13 of 345', '\\d+')]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("/request/tool_parameters/content recorded 'order 12 of 345', received 'order 13 of 345'");
  });

  test.each([
    ['a package that does not exist', 'none.difypkg', {}, 'open none.difypkg: no such file or directory'],
    [
      'a session without a recording',
      'regex.difypkg',
      { REPRISE_SESSION: 'other' },
      'no recording of the session other',
    ],
    ['recordings that do not exist', 'regex.difypkg', { REPRISE_RECORDINGS: '/none' }, '/none'],
    ['a wrong option', 'regex.difypkg', { REPRISE_PACE: 'slow' }, 'REPRISE_PACE'],
  ])('raises at its start what is wrong: %s', async (_title, file, env, text) => {
    const program = { DIFY_CLI_PATH: 'node_modules/.bin/reprise-dify' };
    const { exitCode, stderr } = await ask(file, [extract('x', '(')], { ...program, ...env });
    expect(exitCode).toBe(1); // one that waits is killed, and has none
    expect(stderr).toContain(text);
  });
});
