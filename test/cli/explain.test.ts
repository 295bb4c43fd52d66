import { join } from 'node:path';
import { copyFileSync, writeFileSync } from 'node:fs';
import { replay } from 'reprise';
import { expect, test } from 'vitest';
import { makeFile, makeFolder } from '../support/files.ts';
import { LineReader } from '../support/line-reader.ts';
import { conversion, recordingOf, time, tool, withParameters } from '../support/near-misses.ts';
import { reprise } from '../support/run.ts';

const recording = recordingOf([tool(time), tool(conversion)], 'time.jsonl');
const near = tool(withParameters(time, { timezone: 'Asia/Tokyo' }));

/** A journal of these lines. */
async function journalOf(...lines: string[]): Promise<string> {
  const journal = join(makeFolder(), 'journal.jsonl');
  const plugin = await replay(recording, { pace: 'instant', journal });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${lines.join('\n')}\n`);
  await heard.text('received request', lines.length);
  await plugin.close();
  return journal;
}

test('tells why a request found nothing, long after', async () => {
  const journal = await journalOf(tool(time), near);
  const { exitCode, stdout, stderr } = await reprise(['explain', `${journal}:2`]);
  expect([exitCode, stderr]).toEqual([1, '']);
  expect(stdout.replace(/[\d.]+ ms/g, '# ms').replace(/\d+ B/, '# B')).toBe(
    [
      'request 2 · tool invoke_tool · id r · at # ms',
      '  nearest time.jsonl#1, 1 difference',
      "    /request/tool_parameters/timezone recorded 'UTC', received 'Asia/Tokyo'",
      '    to accept it: --ignore /request/tool_parameters/timezone',
      '    or in reprise.config.json: {"ignore":["/request/tool_parameters/timezone"]}',
      '  then time.jsonl#2, 7 differences',
      "    /request/tool recorded 'timezone_conversion', received 'current_time'",
      "    /request/tool_parameters/current_time recorded '2024-01-01 10:00:00', received nothing",
      "    /request/tool_parameters/from recorded 'UTC', received nothing",
      "    /request/tool_parameters/to recorded 'Asia/Tokyo', received nothing",
      "    /request/tool_parameters/style recorded 'long', received nothing",
      "    /request/tool_parameters/timezone recorded nothing, received 'Asia/Tokyo'",
      "    /request/tool_parameters/format recorded nothing, received '%Y-%m-%d'",
      '  sent: acknowledgement, error, end; # B, the last at # ms, at most # ms late',
    ].join('\n'),
  );
});

test('tells what a request matched, and for the how-manieth time', async () => {
  const journal = await journalOf(tool(time), tool(time), tool(time));
  const { exitCode, stdout } = await reprise(['explain', `${journal}:3`]);
  expect([exitCode, stdout.split('\n')[1]]).toEqual([0, `  matched ${recording}#1, given for the 3rd time`]);
});

test('without a number it tells of all that found nothing, or that there is none', async () => {
  const journal = await journalOf(near, tool(time), '{', near);
  const { exitCode, stdout } = await reprise(['explain', journal]);
  expect([exitCode, stdout.match(/^request \d/gm)]).toEqual([1, ['request 1', 'request 3', 'request 4']]);
  const good = await journalOf(tool(time));
  expect(await reprise(['explain', good])).toEqual({
    exitCode: 0,
    stdout: `${good}: every request found its answer, 1 in all`,
    stderr: '',
  });
});

test('of a folder it tells what all its journals have of it', async () => {
  const folder = makeFolder();
  expect((await reprise(['explain', folder])).stderr).toBe(
    `reprise: Failed to find a journal: the folder ${folder} holds none. Set REPRISE_JOURNAL_DIR to it while the tests run.`,
  );
  copyFileSync(await journalOf(tool(time)), join(folder, 'a.jsonl'));
  expect(await reprise(['explain', folder])).toMatchObject({
    exitCode: 0,
    stdout: `${folder}: every request found its answer, 1 in 1 journal`,
  });
  copyFileSync(await journalOf(near, '{'), join(folder, 'b.jsonl'));
  const { exitCode, stdout } = await reprise(['explain', folder]);
  expect([exitCode, stdout.match(/^\S.*/gm)?.map((line) => line.split(' · ')[0])]).toEqual([
    1,
    [join(folder, 'b.jsonl'), 'request 1', 'request 2'],
  ]);
  const json = await reprise(['explain', folder, '--json']);
  expect(json.stdout.split('\n').map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { journal: join(folder, 'b.jsonl'), asked: 1 },
    { journal: join(folder, 'b.jsonl'), asked: 2 },
  ]);
});

test('--json gives the entries of the journal, with what was sent', async () => {
  const journal = await journalOf(near);
  const { stdout } = await reprise(['explain', `${journal}:1`, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    asked: 1,
    missed: { reason: 'unknown', near: [{ invocation: 1, difference_count: 1 }, { invocation: 2 }] },
    sent: [{ sent: 'acknowledgement' }, { sent: 'error' }, { sent: 'end' }],
  });
});

test.each([
  [
    'finds what would match',
    [near],
    ['--ignore', '/request/tool_parameters/timezone'],
    0,
    [/matched .*time\.jsonl#1$/m],
  ],
  ['tells what would not', [near], [], 1, [/nearest time\.jsonl#1, 1 difference/]],
  [
    'asks one after the other, by the same rules',
    [tool(time), tool(time), '{"type":"x"}'],
    ['--on-exhausted', 'error'],
    1,
    [
      /matched .*#1$/m,
      /time\.jsonl#1 is equal, and has been given once/,
      /^request 3 · (?:x · )?at .*\n  refused: action and type are required/m,
    ],
  ],
  [
    'reads a request in many lines',
    [JSON.stringify(JSON.parse(near), null, 2)],
    ['--match', '/request/tool_parameters/timezone=string'],
    0,
    [/matched/],
  ],
] as const)('%s before any replay', async (_, lines, options, status, texts) => {
  const { exitCode, stdout } = await reprise([
    'explain',
    recording,
    makeFile(lines.join('\n'), 'requests.jsonl'),
    ...options,
  ]);
  expect(exitCode).toBe(status);
  for (const text of texts) expect(stdout).toMatch(text);
});

test('takes what is ignored from the configuration beside the recording', async () => {
  const own = recordingOf([tool(time)], 'time.jsonl');
  writeFileSync(join(own, '..', 'reprise.config.json'), '{"ignore":["/request/tool_parameters/timezone"]}');
  expect((await reprise(['explain', own, makeFile(near)])).exitCode).toBe(0);
});

const missing = join(makeFolder(), 'missing.jsonl');

test.each([
  [
    'nothing',
    [],
    'Failed to explain: give a journal, as in `reprise explain journal.jsonl:3`, a folder of journals, or a recording and a file with a request.',
  ],
  [
    'a journal that is not there',
    [`${missing}:3`],
    `Failed to open ${missing}: there is no such file. Give a journal.`,
  ],
  [
    'a recording as a journal',
    [recording],
    `Failed to read ${recording}: it is no journal (line 1 is not its header). Give a file made by \`reprise replay --journal\`.`,
  ],
  [
    'a file of requests that is not there',
    [recording, missing],
    `Failed to open ${missing}: there is no such file. Give a file with a request.`,
  ],
])('says what is wrong with %s', async (_, words, text) => {
  expect(await reprise(['explain', ...words])).toEqual({ exitCode: 2, stdout: '', stderr: `reprise: ${text}` });
});

test('says that a journal has no such line, or a broken one', async () => {
  const journal = await journalOf(near);
  expect((await reprise(['explain', `${journal}:9`])).stderr).toBe(
    `reprise: Failed to explain ${journal}: it has no request 9. Leave the number out to see all that found nothing.`,
  );
  writeFileSync(journal, '{"at":1,"asked":"x"}\n', { flag: 'a' });
  expect((await reprise(['explain', journal])).stderr).toMatch(
    /journal\.jsonl:\d+: it is no entry of a journal\. Remove that line\.$/,
  );
});

test('refuses options for a journal, which is over', async () => {
  const journal = await journalOf(near);
  expect(await reprise(['explain', journal, '--ignore', '/request/x'])).toEqual({
    exitCode: 2,
    stdout: '',
    stderr:
      'reprise: Failed to explain: `--ignore` does nothing for a journal. Give a recording and a file with a request.',
  });
});
