import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listAll, makeHome } from '../support/bundles.ts';
import { makeFolder } from '../support/files.ts';
import { runIn } from '../support/run-in.ts';
import { root } from '../support/run.ts';

const recording = join(root, 'recordings/regex.jsonl');
const whole = ['bundle.json', 'recordings', 'recordings/regex.jsonl'];

/** A folder to work in, and what writes a bundle to an output in it, in both ways. */
function makePlace() {
  const [home, folder] = [makeHome(), makeFolder()];
  const writes = [
    (output: string, cwd = folder) => runIn(cwd, ['bundle', recording, '-o', output], home),
    async (output: string, cwd = folder) => {
      const archive = join(makeFolder(), 'b.tgz');
      await runIn(folder, ['bundle', recording, '-o', archive], home);
      return runIn(cwd, ['pull', archive, '-o', output], home);
    },
  ];
  return { folder, writes };
}

test.each<[string, Record<string, string>, string]>([
  [
    'a bundle.json of another program',
    { 'bundle.json': '{"a":1}', 'a.js': 'x' },
    "its bundle.json is none of reprise's",
  ],
  ['no bundle.json', { 'a.js': 'x' }, 'is no bundle'],
])('a folder with %s is left as it is', async (_what, files, reason) => {
  const { folder, writes } = makePlace();
  mkdirSync(join(folder, 'out'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, 'out', name), content);
  for (const write of writes) {
    const { exitCode, stderr } = await write('out');
    expect(stderr).toBe(`reprise: Failed to write out: it exists already, and ${reason}. Give \`--output\` another.`);
    expect(exitCode).toBe(2);
    for (const [name, content] of Object.entries(files))
      expect(readFileSync(join(folder, 'out', name), 'utf8')).toBe(content);
  }
});

test.each(['notes.txt', 'recordings/own.jsonl', 'faults/deep/x'])(
  'a bundle that somebody has put %s into is not replaced',
  async (name) => {
    const { folder, writes } = makePlace();
    await writes[0]!('out');
    mkdirSync(join(folder, 'out', name, '..'), { recursive: true });
    writeFileSync(join(folder, 'out', name), 'mine');
    for (const write of writes) {
      const { exitCode, stderr } = await write('out');
      const told = name.replace(/^faults.*/, 'faults');
      expect(stderr).toBe(
        `reprise: Failed to write out: it exists already, and holds ${told}, which is no file of its bundle. Give \`--output\` another.`,
      );
      expect(exitCode).toBe(2);
      expect(readFileSync(join(folder, 'out', name), 'utf8')).toBe('mine');
    }
  },
);

test.each(['out/', 'out//', './out', 'deep/out', 'link', '.'])(
  'a bundle is written to the folder %s, and replaced there',
  async (output) => {
    const { folder, writes } = makePlace();
    writeFileSync(join(folder, 'reprise.config.json'), '{}'); // the lock goes beside it
    for (const name of ['real', 'here']) mkdirSync(join(folder, name));
    symlinkSync('real', join(folder, 'link'));
    const cwd = output === '.' ? join(folder, 'here') : folder;
    const place = output === 'link' ? join(folder, 'real') : join(cwd, output);
    for (const write of [...writes, ...writes]) {
      expect(await write(output, cwd)).toMatchObject({ exitCode: 0 });
      expect(listAll(place)).toEqual(whole);
    }
    expect(readdirSync(join(place, '..')).filter((name) => name.includes('reprise-'))).toEqual([]);
  },
);

test('of a bundle that is replaced in the working folder nothing stays', async () => {
  const { folder, writes } = makePlace();
  const plan = join(makeFolder(), 'slow.yaml');
  writeFileSync(plan, 'faults:\n  - fault: stall\n');
  const home = makeHome();
  expect(await runIn(folder, ['bundle', recording, plan, '-o', '.'], home)).toMatchObject({ exitCode: 0 });
  expect(listAll(folder)).toContain('faults/slow.yaml');
  expect(await writes[0]!('.')).toMatchObject({ exitCode: 0 });
  expect(listAll(folder)).toEqual(whole);
});

test('a bundle is not copied to where the lock goes', async () => {
  const { folder, writes } = makePlace();
  const { exitCode, stderr } = await writes[1]!('.');
  expect(stderr).toBe(
    `reprise: Failed to write .: the lock ${join(folder, 'reprise.lock.json')} belongs there. Give \`--output\` another.`,
  );
  expect(exitCode).toBe(2);
  expect(readdirSync(folder)).toEqual([]);
});

test.each(['x.zip', 'x.tgz/', 'x.tar', 'x.tar.bz2', 'x.jsonl', 'x.ZIP', '-'])(
  '%s is written in no form',
  async (output) => {
    const { folder, writes } = makePlace();
    const [bundled, pulled] = [await writes[0]!(output), await writes[1]!(output)];
    expect(bundled.stderr).toBe(
      `reprise: Failed to write ${output}: it would be no archive or folder. Name an archive, ending in .tgz, or a folder with \`--output\`.`,
    );
    expect(pulled.stderr).toBe(
      `reprise: Failed to write ${output}: it would be no folder. Name a folder with \`--output\`.`,
    );
    expect([bundled.exitCode, pulled.exitCode]).toEqual([2, 2]);
    expect(existsSync(join(folder, output))).toBe(false);
  },
);

test.each(['x.tgz', 'x.tar.gz', 'x.TGZ', 'x.Tar.Gz'])('%s is an archive', async (output) => {
  const { folder, writes } = makePlace();
  expect(await writes[0]!(output)).toMatchObject({ exitCode: 0 });
  expect([...readFileSync(join(folder, output)).subarray(0, 2)]).toEqual([0x1f, 0x8b]);
  expect(await runIn(folder, ['check', output], makeHome())).toMatchObject({ exitCode: 0 });
  expect(await writes[1]!(output)).toMatchObject({ exitCode: 2 });
});
