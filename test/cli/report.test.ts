import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replay } from 'reprise';
import type { Report } from 'reprise';
import { expect, test } from 'vitest';
import { makeFolder } from '../support/files.ts';
import { LineReader } from '../support/line-reader.ts';
import { conversion, recordingOf, time, tool, withParameters } from '../support/near-misses.ts';
import { createTurns, reprise as command } from '../support/programs.ts';
import { reprise } from '../support/run.ts';

const makeTime = (): string => recordingOf([tool(time), tool(conversion)], 'time.jsonl');
const near = tool(withParameters(time, { timezone: 'Asia/Tokyo' }));
const [clean, github] = [{ GITHUB_ACTIONS: '' }, { GITHUB_ACTIONS: 'true' }];

/** A replay in this process that is asked these lines, and keeps its journal in the folder. */
async function use(journalDir: string, recording: string, lines: readonly string[], session = 'a test'): Promise<void> {
  const plugin = await replay(recording, { pace: 'instant', journalDir, session });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${lines.join('\n')}\n`);
  await heard.text('received request', lines.length);
  await plugin.close();
}

test('sums up what all replays used, and what none did', async () => {
  const [folder, recording] = [makeFolder(), makeTime()];
  await use(folder, recording, [tool(time), tool(time)]);
  await use(folder, recording, [tool(time), near, '{'], 'test_tokyo');
  const { exitCode, stdout } = await reprise(['report', folder], clean);
  expect([exitCode, stdout.replace(/journal \/.*/, 'journal …')]).toEqual([
    0,
    [
      'reprise: 2 replays',
      "  missed   request 2 in test_tokyo: no match for invoke_tool; nearest time.jsonl#1: /request/tool_parameters/timezone recorded 'UTC', received 'Asia/Tokyo'; to accept it: --ignore /request/tool_parameters/timezone; journal …",
      'reprise: 1 of 2 invocations used, 1 repeated, 1 not used, 1 missed, 1 refused',
    ].join('\n'),
  ]);
  const strict = await reprise(['report', folder, '--strict', '--json'], clean);
  expect(strict.exitCode).toBe(1);
  expect(JSON.parse(strict.stdout)).toMatchObject({
    format: 'reprise-report',
    ok: false,
    complete: true,
    counts: { invocations: 2, used: 1, repeated: 1, unused: 1, missed: 1, refused: 1 },
    repeated: [{ recording, invocation: 1, action: 'invoke_tool', subject: 'current_time', uses: 3 }],
    unused: [{ invocation: 2, subject: 'timezone_conversion', uses: 0 }],
    missed: [{ asked: 2, session: 'test_tokyo' }],
    refused: [{ asked: 3, error: 'unexpected end of JSON input' }],
  });
});

test('strict is content where each was used once, by whichever replay', async () => {
  const [folder, recording] = [makeFolder(), makeTime()];
  await use(folder, recording, [tool(time)]);
  await use(folder, recording, [tool(conversion)]);
  expect(await reprise(['report', folder, '--strict'], clean)).toMatchObject({
    exitCode: 0,
    stdout: 'reprise: 2 replays\nreprise: 2 of 2 invocations used, 0 repeated, 0 not used, 0 missed, 0 refused',
  });
});

test('strict names each that was repeated, not used or missed', async () => {
  const [folder, recording] = [makeFolder(), makeTime()];
  await use(folder, recording, [tool(time), tool(time), near]);
  const { exitCode, stdout } = await reprise(['report', folder, '--strict'], clean);
  expect([exitCode, stdout.split('\n').map((line) => line.replace(/: no match.*/, ''))]).toEqual([
    1,
    [
      'reprise: 1 replay',
      'reprise: not as recorded: 1 of 2 invocations used, 1 repeated, 1 not used, 1 missed, 0 refused',
      '  missed   request 3 in a test',
      '  repeated time.jsonl#1 invoke_tool current_time, given 2 times',
      '  not used time.jsonl#2 invoke_tool timezone_conversion',
    ],
  ]);
});

test('writes JUnit XML in which what is not as recorded has failed', async () => {
  const [folder, recording, junit] = [makeFolder(), makeTime(), join(makeFolder(), 'report.xml')];
  await use(folder, recording, [tool(time), tool({ ...time, tool: '<&"\u0001>' })], 'tests/test_a.py::test_b (call)');
  await reprise(['report', folder, '--strict', '--junit', junit], clean);
  const xml = readFileSync(junit, 'utf8');
  expect(xml).toContain('<testsuites name="reprise" tests="3" failures="2" errors="0" skipped="0">');
  expect(xml).toContain(
    `<testcase classname="${recording.replaceAll("'", '&apos;')}" name="#1 invoke_tool current_time"/>`,
  );
  expect(xml).toContain('<failure message="time.jsonl#2 was not used" type="unused"/>');
  expect(xml).toContain('classname="tests/test_a.py::test_b (call)"');
  expect(xml).toMatch(/<failure message="reprise: no match for invoke_tool; .*&lt;&amp;`\?&gt;.*" type="missed"\/>/);
  await reprise(['report', folder, '--junit', junit], clean);
  expect(readFileSync(junit, 'utf8')).toContain('<skipped message="time.jsonl#2 was not used"/>');
});

test('what two replays gave once each is repeated in no output', async () => {
  const [folder, recording, junit] = [makeFolder(), makeTime(), join(makeFolder(), 'report.xml')];
  for (const session of ['first', 'second']) await use(folder, recording, [tool(time), tool(conversion)], session);
  const { exitCode, stdout } = await reprise(['report', folder, '--strict', '--junit', junit, '--json'], clean);
  const { counts, repeated, used } = JSON.parse(stdout) as Report;
  expect([exitCode, counts.repeated, repeated, used.map(({ uses }) => uses)]).toEqual([0, 0, [], [2, 2]]);
  expect(readFileSync(junit, 'utf8')).toContain('tests="2" failures="0" errors="0" skipped="0"');
});

test('tells GitHub of misses, and in strict mode of the rest, and writes the summary of the step', async () => {
  const [folder, recording, summary] = [makeFolder(), makeTime(), join(makeFolder(), 'summary.md')];
  await use(folder, recording, [tool(time), tool(time), near], 'a::b, 100%');
  const env = { ...github, GITHUB_STEP_SUMMARY: summary };
  const plain = await reprise(['report', folder], env);
  expect(plain.stdout.match(/^::error .*?::reprise: no match/gm)).toEqual([
    '::error title=reprise%3A no match%2C request 3 in a%3A%3Ab%2C 100%25::reprise: no match',
  ]);
  const strict = await reprise(['report', folder, '--strict'], env);
  expect(strict.stdout.match(/^::error title=[^:]*/gm)).toHaveLength(3);
  const text = readFileSync(summary, 'utf8');
  expect(text).toContain('### reprise: not all as recorded\n\n1 replay, strict.');
  expect(text).toContain('| missed | 1 |');
  expect(text).toContain('**Not used**\n\n- `time.jsonl#2 invoke_tool timezone_conversion`');
});

test('fifty replays write into a folder while it is summed up, and none is lost', { timeout: 120_000 }, async () => {
  const [folder, recording] = [makeFolder(), makeTime()];
  const inTurn = createTurns(8);
  const state = { running: 50 };
  const one = async (index: number): Promise<void> => {
    const [node, ...args] = [...command, 'replay', recording, '--pace', 'instant'];
    const env = { ...process.env, REPRISE_JOURNAL_DIR: folder, REPRISE_SESSION: `test ${index}` };
    const child = spawn(node ?? '', args, { stdio: ['pipe', 'pipe', 'ignore'], env });
    const heard = new LineReader(child.stdout);
    await heard.count(2);
    child.stdin.write(`${index % 2 === 0 ? tool(time) : near}\n`.repeat(20));
    await heard.text('plugin_invoke_end', 20);
    child.kill(index % 3 === 0 ? 'SIGKILL' : 'SIGTERM');
    await once(child, 'close');
    state.running--;
  };
  const all = Promise.all(Array.from({ length: 50 }, (_, index) => inTurn(() => one(index))));
  const counts: number[] = [];
  const problems: string[] = [];
  while (state.running > 0) {
    const { exitCode, stdout, stderr } = await reprise(['report', folder, '--json'], clean);
    if (exitCode === 0) counts.push((JSON.parse(stdout) as Report).counts.missed);
    else if (!stderr.includes('holds none')) problems.push(stderr);
  }
  await all;
  const { stdout } = await reprise(['report', folder, '--json'], clean);
  const { counts: sum, repeated, missed } = JSON.parse(stdout) as Report;
  expect([repeated[0]?.uses, sum.missed, new Set(missed.map(({ session }) => session)).size]).toEqual([500, 500, 25]);
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  expect(problems).toEqual([]);
});

test('says which recordings can not be read any more, with status 2', async () => {
  const [folder, recording, gone] = [makeFolder(), makeTime(), makeTime()];
  await use(folder, recording, [tool(time), tool(conversion)]);
  await use(folder, gone, [tool(time)]);
  rmSync(gone);
  const { exitCode, stdout, stderr } = await reprise(['report', folder, '--strict'], clean);
  expect([exitCode, stderr]).toEqual([
    2,
    `reprise: Failed to open ${gone}: there is no such file. Check the path, or make it with \`reprise record\`.`,
  ]);
  expect(stdout).toContain('2 of 2 invocations used');
});

const empty = makeFolder();
const other = makeFolder();
writeFileSync(join(other, 'x.jsonl'), '{"hello":1}\n');

test.each([
  ['no folder', [], 'Failed to report: give one folder, that of REPRISE_JOURNAL_DIR.'],
  [
    'a folder that is not there',
    ['/nowhere'],
    'Failed to read the folder /nowhere: there is no such folder. Check the path, and that REPRISE_JOURNAL_DIR is set to it while the tests run.',
  ],
  [
    'an empty folder',
    [empty],
    `Failed to find a journal: the folder ${empty} holds none. Set REPRISE_JOURNAL_DIR to it while the tests run.`,
  ],
  [
    'a folder with something else',
    [other],
    `Failed to read ${join(other, 'x.jsonl')}: it is no journal (line 1 is not its header). Give a file made by \`reprise replay --journal\`.`,
  ],
])('says what is wrong with %s', async (_, words, text) => {
  expect(await reprise(['report', ...words], clean)).toEqual({ exitCode: 2, stdout: '', stderr: `reprise: ${text}` });
});

test('counts equal invocations as used where replays together asked as often as was recorded', async () => {
  const [folder, recording] = [makeFolder(), recordingOf([tool(time), tool(time), tool(time)], 'time.jsonl')];
  for (let count = 0; count < 2; count++) await use(folder, recording, [tool(time)]);
  const two = await reprise(['report', folder, '--strict'], clean);
  expect([two.exitCode, two.stdout.split('\n').slice(1)]).toEqual([
    1,
    [
      'reprise: not as recorded: 2 of 3 invocations used, 0 repeated, 1 not used, 0 missed, 0 refused',
      '  not used time.jsonl#3 invoke_tool current_time',
    ],
  ]);
  await use(folder, recording, [tool(time)]);
  await use(folder, recording, [tool(time)]);
  expect(await reprise(['report', folder, '--strict'], clean)).toMatchObject({ exitCode: 0 });
});

test('names replays that were cut off, and takes a single journal too', async () => {
  const [folder, recording] = [makeFolder(), makeTime()];
  await use(folder, recording, [tool(time)], 'a test');
  const journal = join(folder, readdirSync(folder)[0] ?? '');
  writeFileSync(journal, readFileSync(journal, 'utf8').replace(/\n[^\n]*\n$/, '\n{"at":1'));
  for (const word of [folder, journal])
    expect((await reprise(['report', word], clean)).stdout.split('\n')[0]).toBe(
      'reprise: 1 replay, 1 cut off (a test)',
    );
});
