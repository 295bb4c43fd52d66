import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { replay } from 'reprise';
import { expect, test, vi } from 'vitest';
import { createPaint } from '../../src/cli/paint.ts';
import { makeFolder } from '../support/files.ts';
import { LineReader } from '../support/line-reader.ts';
import { asked, llm, model, recordingOf, time, tool, withParameters } from '../support/near-misses.ts';
import { end, invocation, makeRecording, renderRecording, request, startUp } from '../support/recordings.ts';
import { program, reprise } from '../support/run.ts';

/** A replay that is asked these lines, and ends with its input. */
async function run(
  args: readonly string[],
  lines: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
) {
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    [program, 'replay', ...args, '--exit-on-eof', '--pace', 'instant'],
    {
      reject: false,
      input: `${lines.join('\n')}\n`,
      ...options,
    },
  );
  return { exitCode, answers: stdout.split('\n').slice(2), stderr };
}

test('without a recording it plays the folder of the nearest configuration', async () => {
  const folder = makeFolder();
  for (const name of ['.git', 'fixtures', 'tests']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'reprise.config.json'), '{"recordings": "fixtures", "ignore": ["/request/user"]}');
  const said = [...startUp(), ...invocation(100, 'a', { user: 'u1' }, ['one'])];
  writeFileSync(join(folder, 'fixtures', 'a.jsonl'), renderRecording(said));
  const { answers, stderr } = await run([], [request('x', { user: 'u2' })], { cwd: join(folder, 'tests') });
  expect([answers.at(-1), stderr]).toEqual([
    end('x'),
    'reprise: 1 of 1 invocation used, 0 repeated, 0 not used, 0 missed, 0 refused',
  ]);
});

test('takes lists from the environment, one a line, beside those of the command line', async () => {
  const file = recordingOf([tool(time)], 'time.jsonl');
  const env = {
    REPRISE_IGNORE: '/request/user_id\n\n/request/credentials\r\n',
    REPRISE_MATCH: '/request/tool_parameters/timezone=string',
  };
  const other = {
    ...withParameters(time, { timezone: 'CET', format: 'x' }),
    user_id: 'me',
    credentials: { api_key: 'x' },
  };
  const { exitCode, answers } = await run(
    [file, '--ignore', '/request/tool_parameters/format', '--strict'],
    [tool(other)],
    { env },
  );
  expect([exitCode, answers.at(-1)]).toEqual([0, end('r')]);
});

test.each([
  [
    'nothing else',
    [tool(time), model(llm)],
    0,
    'reprise: 2 of 2 invocations used, 0 repeated, 0 not used, 0 missed, 0 refused',
  ],
  [
    'what was repeated and not used',
    [tool(time), tool(time)],
    1,
    [
      'reprise: not as recorded: 1 of 2 invocations used, 1 repeated, 1 not used, 0 missed, 0 refused',
      '  repeated time.jsonl#1 invoke_tool current_time, given 2 times',
      '  not used time.jsonl#2 invoke_llm gpt-4o',
    ].join('\n'),
  ],
  [
    'that nothing was asked',
    [],
    1,
    expect.stringMatching(/^reprise: not as recorded: 0 of 2 invocations used, .*\n  not used .*\n  not used /),
  ],
  [
    'what was missed',
    [tool(time), model(llm), asked('x', 'y', {})],
    1,
    expect.stringMatching(/missed   request 3: no match for y of type x; /),
  ],
] as const)('strict names %s', async (_, lines, status, text) => {
  const { exitCode, stderr } = await run([recordingOf([tool(time), model(llm)], 'time.jsonl'), '--strict'], lines);
  expect(exitCode).toBe(status);
  expect(stderr).toEqual(text);
});

test('a signal ends a strict replay with status 1 where it is not all as recorded', async () => {
  const child = spawn(process.execPath, [program, 'replay', recordingOf([tool(time)], 'time.jsonl'), '--strict'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await new LineReader(child.stdout).text('plugin_ready');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([1, null]);
});

test('shows up to three near ones on stderr', async () => {
  const file = recordingOf(
    ['a', 'b', 'c', 'd'].map((timezone) => tool(withParameters(time, { timezone }))),
    'time.jsonl',
  );
  const { stderr } = await run([file, '--journal', join(makeFolder(), 'j.jsonl')], [tool(time)]);
  const place = '/request/tool_parameters/timezone';
  expect(stderr.replace(/journal .*/, 'journal …').split('\n')).toEqual([
    'reprise: no match for invoke_tool (request 1, id r)',
    '  nearest time.jsonl#1, 1 difference',
    `    ${place} recorded 'a', received 'UTC'`,
    `    to accept it: --ignore ${place}`,
    `    or in reprise.config.json: {"ignore":["${place}"]}`,
    '  then time.jsonl#2, 1 difference',
    `    ${place} recorded 'b', received 'UTC'`,
    '  then time.jsonl#3, 1 difference',
    `    ${place} recorded 'c', received 'UTC'`,
    '  journal …',
    'reprise: 0 of 4 invocations used, 0 repeated, 4 not used, 1 missed, 0 refused',
  ]);
});

test('writes the report to a file, and says early where it can not', async () => {
  const [file, report] = [recordingOf([tool(time)], 'time.jsonl'), join(makeFolder(), 'report.json')];
  await run([file, '--report', report], [tool(time)]);
  const { default: written } = (await import(report, { with: { type: 'json' } })) as { default: unknown };
  expect(written).toMatchObject({
    ok: true,
    counts: { invocations: 1, used: 1 },
    used: [{ recording: file, uses: 1 }],
  });
  for (const [flag, what] of [
    ['--report', 'write the report'],
    ['--journal', 'open the journal'],
  ] as const) {
    const { exitCode, stderr } = await run([file, flag, '/nowhere/x.json'], []);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      new RegExp(`^reprise: Failed to ${what} /nowhere/x\\.json: ENOENT: .*\\. Give another file`),
    );
  }
});

test('paints on a terminal, whatever stdout is, and not where NO_COLOR is set', () => {
  expect(createPaint({ isTTY: true }, {})('red', 'x')).toBe('\u001b[31mx\u001b[39m');
  expect(createPaint({ isTTY: true }, { NO_COLOR: '1' })('red', 'x')).toBe('x');
  expect(createPaint({}, {})('red', 'x')).toBe('x');
});

test.each([
  [
    'the environment',
    ['x'],
    { REPRISE_PACE: 'fast' },
    "Failed to read `REPRISE_PACE`: 'fast' is no pace. Give recorded, instant, or a speed such as 2x or 0.5x.",
  ],
  [
    'the environment',
    ['x'],
    { REPRISE_IGNORE: '/request/a,/request/b' },
    "Failed to read `REPRISE_IGNORE`: '/request/a,/request/b' has several paths in it. Give one at a time; in the environment, one a line.",
  ],
  [
    'the command line, whatever the environment has',
    ['x', '--pace', 'slow'],
    { REPRISE_PACE: 'fast' },
    "Failed to read `--pace`: 'slow' is no pace. Give recorded, instant, or a speed such as 2x or 0.5x.",
  ],
])('names %s where a bad value comes from there', async (_, [, ...args], env, text) => {
  const file = recordingOf([tool(time)], 'time.jsonl');
  expect(await reprise(['replay', file, ...args], env)).toMatchObject({ exitCode: 2, stderr: `reprise: ${text}` });
});

test('names the configuration where a bad value comes from there', async () => {
  const file = recordingOf([tool(time)], 'time.jsonl');
  const config = join(file, '..', 'reprise.config.json');
  writeFileSync(config, '{"match": ["/request/a=uid"]}');
  expect((await reprise(['replay', file])).stderr).toBe(
    `reprise: Failed to read ${config}:1: \`match\`: '/request/a=uid' names no set: 'uid'. Give PATH=SET with uuid, date, number, string or a regular expression between slashes, as in /request/id=uuid.`,
  );
});

test('says that a replay never will be ready where its recording ends before', async () => {
  const warnings: string[] = [];
  const file = makeRecording([]);
  await using _plugin = await replay(file, { onWarning: (text) => warnings.push(text) });
  await vi.waitUntil(() => warnings.length > 0);
  expect(warnings).toEqual([
    `${file}: the recording ends before the plugin was ready, and so does the replay: it never will be.`,
  ]);
});

test('advises no option for a key that can not be given again, and escapes stars', async () => {
  const { answers } = await run(
    [recordingOf([tool({ '*': 1 }), tool({ 'a\nb': 1, c: 1 })], 'time.jsonl')],
    [tool({ '*': 2 }), tool({ 'a\nb': 2, c: 1 })],
  );
  const texts = answers.flatMap((line) => /(to (?:accept|have) it.*?); journal/.exec(line)?.[1] ?? []);
  expect(texts).toEqual(['to accept it: --ignore /request/~2', 'to have it answered: record it']);
});
