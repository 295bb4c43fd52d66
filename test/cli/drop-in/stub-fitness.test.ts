import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readText } from '../../support/drop-in.ts';
import { makeFolder } from '../../support/files.ts';
import { reprise } from '../../support/run.ts';

const regex = readText('recordings/regex.jsonl');
const unfit = [
  ['a broken one', regex.replace('\n', '\n{"at":'), /:2: .*\./],
  [
    'one in the text format',
    `${regex.split('\n')[0]}\n{"at":1,"event":"about","response_format":"text"}\n`,
    /: it was recorded in the text format, which has no ids to tell answers apart, so that it can not be replayed\./,
  ],
] as const;

test.each(unfit)('%s is refused', async (_what, text, reason) => {
  const [recording, stub] = [join(makeFolder(), 'regex.jsonl'), join(makeFolder(), 'dify')];
  writeFileSync(recording, text);
  const { exitCode, stderr } = await reprise(['stub', recording, '-o', stub]);
  expect([exitCode, stderr.replace(recording, 'FILE')]).toEqual([
    2,
    expect.stringMatching(
      new RegExp(`^reprise: Failed to make a stub: FILE${reason.source} Record it again with \`-r json\`\\.$`),
    ),
  ]);
  expect(existsSync(stub)).toBe(false);
});

const cutOff = 'it is not sealed: its recorder was killed, or lines are missing at its end';
test.each([
  ['has no seal', regex.slice(0, regex.lastIndexOf('\n', regex.length - 2) + 1), cutOff],
  ['was cut off', regex.slice(0, -10), cutOff],
  [
    'was edited',
    regex.replace('"response"', '"Response"'),
    'it was changed after it was recorded: the seal does not fit: the bytes before it are not those that were recorded',
  ],
])('one that %s is named, and played as far as it goes', async (_what, text, told) => {
  const recording = join(makeFolder(), 'regex.jsonl');
  writeFileSync(recording, text);
  const { exitCode, stderr } = await reprise(['stub', recording, '-o', join(makeFolder(), 'dify')]);
  expect([exitCode, stderr.split('\n')[0]]).toEqual([
    0,
    `reprise: ${recording}: ${told}; the stub plays what is there`,
  ]);
});

test('what is to be recorded yet need not be there', async () => {
  const [recordings, stub] = [join(makeFolder(), 'recordings'), join(makeFolder(), 'dify')];
  const args = ['stub', recordings, '-o', stub];
  expect(await reprise([...args, '--record-mode', 'once'])).toMatchObject({ exitCode: 0 });
  expect(readText(stub)).toContain('"REPRISE_RECORD_MODE": "once"');
  expect((await reprise(args)).exitCode).toBe(2);
});
