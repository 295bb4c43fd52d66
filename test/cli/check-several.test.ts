import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../support/files.ts';
import { reprise, root } from '../support/run.ts';

/** A folder with a good recording, one that has a note, and one with a finding. */
function makeRecordings(): string {
  const folder = makeFolder();
  for (const name of ['regex', 'tcp'])
    copyFileSync(join(root, `recordings/${name}.jsonl`), join(folder, `${name}.jsonl`));
  const text = readFileSync(join(folder, 'regex.jsonl'), 'utf8');
  writeFileSync(join(folder, 'unsealed.jsonl'), text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1));
  return folder;
}

const finding =
  'unsealed.jsonl:34: seal: the recording is not sealed: its last line is no `end` event, so the recorder was killed or lines are missing';

test('of several, a closing line sums up', async () => {
  const folder = makeRecordings();
  const { exitCode, stdout } = await reprise(['check', folder]);
  expect([exitCode, stdout.replaceAll(`${folder}/`, '').split('\n')]).toEqual([
    1,
    [
      'regex.jsonl: good: 35 lines, 18 messages, 4 invocations',
      'tcp.jsonl:46: note: invocation 7, "gone" invoke_tool, never ended',
      'tcp.jsonl: good: 98 lines, 78 messages, 7 invocations',
      finding,
      'unsealed.jsonl: 1 finding: 34 lines, 18 messages, 4 invocations',
      '3 files, 1 finding',
    ],
  ]);
  expect((await reprise(['check', join(folder, 'regex.jsonl'), join(folder, 'tcp.jsonl')])).stdout).toMatch(
    /\n2 files, no findings$/,
  );
  expect((await reprise(['check', join(folder, 'regex.jsonl'), join(folder, 'none.jsonl')])).stdout).toMatch(
    /\n2 files, no findings, 1 not read$/,
  );
});

test('--quiet tells what was found, and nothing else', async () => {
  const folder = makeRecordings();
  const { exitCode, stdout } = await reprise(['check', '--quiet', folder]);
  expect([exitCode, stdout]).toEqual([1, `${folder}/${finding}`]);
  expect(await reprise(['check', '-q', join(folder, 'tcp.jsonl')])).toEqual({ exitCode: 0, stdout: '', stderr: '' });
});
