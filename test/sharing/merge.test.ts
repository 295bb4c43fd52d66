import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listAll, makeHome } from '../support/bundles.ts';
import { makeFolder } from '../support/files.ts';
import { runIn } from '../support/run-in.ts';
import { root } from '../support/run.ts';

const recordings = join(root, 'recordings');
const stall = 'faults:\n  - fault: stall\n';

/** A folder with two sets of fixtures, `a` and `b`, and their bundles. */
async function makePlace(files: Readonly<Record<string, string>> = {}) {
  const [home, folder] = [makeHome(), makeFolder()];
  for (const name of ['a', 'b']) mkdirSync(join(folder, name));
  copyFileSync(join(recordings, 'regex.jsonl'), join(folder, 'a/regex.jsonl'));
  copyFileSync(join(recordings, 'stream.jsonl'), join(folder, 'b/stream.jsonl'));
  const plans = { 'a/slow.yaml': stall, 'b/cut.yaml': 'faults:\n  - fault: early-end\n' };
  for (const [name, content] of Object.entries({ ...plans, ...files })) writeFileSync(join(folder, name), content);
  const run = (...args: string[]) => runIn(folder, args, home);
  for (const name of ['a', 'b'])
    expect(await run('bundle', name, '-o', `${name}.tgz`, '--version', '3.0.0')).toMatchObject({ exitCode: 0 });
  await run('bundle', 'a', '-o', 'out-a');
  return { folder, run };
}

const all = [
  'bundle.json',
  'faults',
  'faults/cut.yaml',
  'faults/slow.yaml',
  'recordings',
  'recordings/regex.jsonl',
  'recordings/stream.jsonl',
];

test.each([
  ['a.tgz', 'b.tgz'],
  ['out-a', 'b'],
  ['a', 'b.tgz'],
  ['a.tgz', 'out-a', 'b'],
  ['a.tgz#recordings/regex.jsonl', 'a.tgz#faults/slow.yaml', 'b'],
])('%s and what else is named make one bundle with all fault plans', async (...words) => {
  const { folder, run } = await makePlace();
  const { exitCode, stderr } = await run('bundle', ...words, '-o', 'm');
  expect([exitCode, stderr]).toEqual([0, 'reprise: fixtures 0.0.0: 2 recordings, 2 fault plans']);
  expect(listAll(join(folder, 'm'))).toEqual(all);
  expect(readFileSync(join(folder, 'm/faults/slow.yaml'), 'utf8')).toBe(stall);
});

test('two different fault plans, recordings or configurations with one name are refused', async () => {
  const { folder, run } = await makePlace({ 'b/slow.yaml': 'faults:\n  - fault: early-end\n' });
  expect(await run('bundle', 'a.tgz', 'b.tgz', '-o', 'm')).toEqual({
    exitCode: 2,
    stdout: '',
    stderr:
      'reprise: Failed to make a bundle: a.tgz#faults/slow.yaml and b.tgz#faults/slow.yaml would both be faults/slow.yaml in it. Rename one of them.',
  });
  copyFileSync(join(recordings, 'stream.jsonl'), join(folder, 'regex.jsonl'));
  expect((await run('bundle', 'a.tgz', 'regex.jsonl', '-o', 'm')).stderr).toBe(
    'reprise: Failed to make a bundle: a.tgz#recordings/regex.jsonl and regex.jsonl would both be recordings/regex.jsonl in it. Rename one of them.',
  );
  copyFileSync(join(recordings, 'stream.jsonl'), join(folder, 'Regex.jsonl'));
  expect((await run('bundle', 'a', 'Regex.jsonl', '-o', 'm')).stderr).toBe(
    'reprise: Failed to make a bundle: a/regex.jsonl and Regex.jsonl have names that some systems take for one. Rename one of them.',
  );
});

test('of several configurations, the one that is named is taken, and equal ones are one', async () => {
  const { folder, run } = await makePlace({
    'a/reprise.config.json': '{"ignore":["/request/a"]}',
    'b/reprise.config.json': '{"ignore":["/request/b"]}',
  });
  expect((await run('bundle', 'a.tgz', 'b.tgz', '-o', 'm')).stderr).toBe(
    'reprise: Failed to make a bundle: its files have several configurations, a.tgz#reprise.config.json and b.tgz#reprise.config.json. Name the one to take.',
  );
  expect(await run('bundle', 'a.tgz', 'b.tgz', 'b.tgz#reprise.config.json', '-o', 'm')).toMatchObject({ exitCode: 0 });
  expect(readFileSync(join(folder, 'm/reprise.config.json'), 'utf8')).toContain('/request/b');
  expect(await run('bundle', 'a.tgz', 'out-a', '-o', 'n')).toMatchObject({ exitCode: 0 });
});

test('a bundle that is bundled again gets the name and the version that are given, and keeps the other', async () => {
  const { run } = await makePlace();
  const told = async (...args: string[]) => (await run('bundle', ...args, '-o', 'n.tgz')).stderr;
  expect(await told('a.tgz')).toBe('reprise: regex 3.0.0: 1 recording, 1 fault plan');
  expect(await told('a.tgz', '--name', 'x')).toBe('reprise: x 3.0.0: 1 recording, 1 fault plan');
  expect(await told('out-a', '--version', '9.0.0')).toBe('reprise: regex 9.0.0: 1 recording, 1 fault plan');
  const [first, second] = [
    await run('bundle', 'a.tgz', '-o', 'n.tgz', '--name', 'x'),
    await run('bundle', 'a', '-o', 'o.tgz', '--name', 'x', '--version', '3.0.0'),
  ];
  expect(first.stdout.slice(0, 71)).toBe(second.stdout.slice(0, 71));
});

test.each<[string, string, string]>([
  ['reprise.config.json', '{\n  "nonsense": 1\n}', 'the options: there is no option `nonsense`.'],
  ['reprise.config.json', '{\n  "ignore": ["x"]\n}', "`ignore`: 'x' is no path, which begins with '/'."],
  ['reprise.config.json', '{"a', 'it is not valid JSON. Mend it.'],
  ['bad.yaml', 'faults:\n  - nonsense: 1\n', '`fault` is missing. Name one, as in `fault: stall`.'],
  ['bad.yaml', 'faults:\n  - fault: nonsense\n', 'there is no fault'],
  ['bad.jsonl', 'hello\n', 'it is not a recording (line 1 is not a reprise header).'],
])('a %s that no replay would take (%j) is refused, by its own name', async (name, content, reason) => {
  const { folder, run } = await makePlace();
  writeFileSync(join(folder, 'b', name), content);
  const { exitCode, stderr } = await run('bundle', 'b', '-o', 'm.tgz');
  expect(stderr).toMatch(new RegExp(`^reprise: Failed to read .*b/${name}`));
  expect(stderr).toContain(reason);
  expect(stderr.replaceAll(folder, '')).not.toContain('reprise-');
  expect(exitCode).toBe(2);
});

test('an empty word is refused', async () => {
  const { run } = await makePlace();
  expect((await run('bundle', '', '-o', 'm')).stderr).toBe(
    'reprise: Failed to make a bundle: a word is empty. Give recordings or folders.',
  );
  expect((await run('pull', '')).stderr).toBe(
    'reprise: Failed to pull: a word is empty. Give a reference, such as oci://HOST/NAME:TAG.',
  );
});

test('a fault plan of a bundle is played: its only one, or the one that is named', async () => {
  const { run } = await makePlace();
  await run('bundle', 'a.tgz', 'b.tgz', '-o', 'm.tgz');
  const where = (plan: string) => run('faults', 'a', '--fault-plan', plan);
  for (const plan of ['a.tgz', 'out-a', 'a.tgz#faults/slow.yaml', 'm.tgz#faults/slow.yaml'])
    expect((await where(plan)).stdout).toContain('stall  regex.jsonl#1');
  for (const [plan, text] of [
    ['m.tgz', 'the bundle m.tgz holds several. Name one, as in m.tgz#faults/cut.yaml.'],
    ['m.tgz#faults/x.yaml', 'Failed to find m.tgz#faults/x.yaml: the bundle has no faults/x.yaml. Check its name.'],
    ['a.tgz#recordings/regex.jsonl', 'Failed to find a fault plan: a.tgz#recordings/regex.jsonl is none.'],
  ] as const) {
    const { exitCode, stderr } = await where(plan);
    expect(stderr).toContain(text);
    expect(exitCode).toBe(2);
  }
});
