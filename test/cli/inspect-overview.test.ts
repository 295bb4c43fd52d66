import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, test } from 'vitest';
import { writeRecording } from '../support/drop-in.ts';
import { makeFolder } from '../support/files.ts';
import { program, reprise, root } from '../support/run.ts';

const folder = makeFolder();
const recordings = join(folder, 'recordings');

beforeAll(() => {
  mkdirSync(recordings);
  for (const name of ['regex', 'tcp'])
    copyFileSync(join(root, `recordings/${name}.jsonl`), join(recordings, `${name}.jsonl`));
  const plugin = { author: 'reprise', name: 'weather', version: '0.0.1' };
  writeRecording(join(recordings, 'made.jsonl'), { plugin, session: 'tests/test_a.py::test_b', transport: 'stdio' });
});

/** Runs it where the recordings are. */
async function inspect(...args: string[]): Promise<{ exitCode: number | undefined; lines: string[]; stderr: string }> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [program, 'inspect', ...args], {
    cwd: folder,
    reject: false,
    stdin: 'ignore',
  });
  return { exitCode, lines: stdout.split('\n'), stderr };
}

const table = [
  'recording               plugin                  session                  format       invocations  actions         sealed',
  'recordings/made.jsonl   reprise/weather:0.0.1   tests/test_a.py::test_b  stdio                  1  invoke_tool     no',
  'recordings/regex.jsonl  langgenius/regex:0.0.8                           stdio, json            4  invoke_tool ×4  yes',
  'recordings/tcp.jsonl    reprise/probe:0.0.1                              tcp, json              9  invoke_tool ×7  yes',
];

test.each([
  ['a folder', ['recordings']],
  ['a pattern', ['recordings/*']],
  ['several files', ['made', 'regex', 'tcp'].map((name) => `recordings/${name}.jsonl`)],
  ['nothing named, which means the folder `recordings`', []],
])('%s: a line each', async (_what, args) => {
  expect(await inspect(...args)).toEqual({ exitCode: 0, lines: table, stderr: '' });
});

test('a bundle, too', async () => {
  const bundle = join(makeFolder(), 'fixtures.tgz');
  expect(
    (await reprise(['bundle', join(recordings, 'regex.jsonl'), join(recordings, 'tcp.jsonl'), '-o', bundle])).exitCode,
  ).toBe(0);
  const { exitCode, lines } = await inspect(bundle);
  expect([exitCode, lines.slice(1).map((line) => line.split(/ {2,}/, 2))]).toEqual([
    0,
    [
      [`${bundle}#recordings/regex.jsonl`, 'langgenius/regex:0.0.8'],
      [`${bundle}#recordings/tcp.jsonl`, 'reprise/probe:0.0.1'],
    ],
  ]);
});

test('for programs it is one object', async () => {
  const { recordings: list } = JSON.parse((await inspect('recordings', '--json')).lines.join('\n')) as {
    recordings: unknown[];
  };
  expect(list).toHaveLength(3);
  expect(list[2]).toMatchObject({
    file: 'recordings/tcp.jsonl',
    plugin: { author: 'reprise', name: 'probe' },
    session: null,
    transport: 'tcp',
    response_format: 'json',
    invocations: 9,
    actions: { invoke_tool: 7 },
    sealed: true,
  });
});

test('one that can not be read is told, and the others are shown', async () => {
  const broken = join(makeFolder(), 'broken.jsonl');
  writeFileSync(broken, 'no recording\n');
  const { exitCode, lines, stderr } = await inspect(broken, 'recordings/tcp.jsonl');
  expect([exitCode, lines.length]).toEqual([2, 2]);
  expect(stderr).toContain(`Failed to read ${broken}: it is not a recording`);
});
