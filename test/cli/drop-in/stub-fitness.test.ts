import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readText } from '../../support/drop-in.ts';
import { makeFolder } from '../../support/files.ts';
import { reprise } from '../../support/run.ts';

const regex = readText('recordings/regex.jsonl');
const unfit = [
  ['a tampered one', regex.replace('"response"', '"Response"'), /:\d+: the seal does not fit: .*\./],
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
      new RegExp(`^reprise: Failed to make a stub of FILE${reason.source} Record it again with \`-r json\`\\.$`),
    ),
  ]);
  expect(existsSync(stub)).toBe(false);
});

test.each([
  ['has no seal', regex.slice(0, regex.lastIndexOf('\n', regex.length - 2) + 1)],
  ['was cut off', regex.slice(0, -10)],
])('one that %s is named, and played as far as it goes', async (_what, text) => {
  const recording = join(makeFolder(), 'regex.jsonl');
  writeFileSync(recording, text);
  const { exitCode, stderr } = await reprise(['stub', recording, '-o', join(makeFolder(), 'dify')]);
  expect([exitCode, stderr.split('\n')[0]]).toEqual([
    0,
    `reprise: ${recording}: it is not sealed: its recorder was killed, or lines are missing at its end; the stub plays what is there`,
  ]);
});

test('what is to be recorded yet need not be there', async () => {
  const [recordings, stub] = [join(makeFolder(), 'recordings'), join(makeFolder(), 'dify')];
  const args = ['stub', recordings, '-o', stub];
  expect(await reprise([...args, '--record-mode', 'once'])).toMatchObject({ exitCode: 0 });
  expect(readText(stub)).toContain('"REPRISE_RECORD_MODE": "once"');
  expect((await reprise(args)).exitCode).toBe(2);
});
