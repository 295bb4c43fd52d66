import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { makeHome } from '../support/bundles.ts';
import { makeFolder } from '../support/files.ts';
import { serve, serveRegistry } from '../support/registry.ts';
import { runIn } from '../support/run-in.ts';
import type { Finished } from '../support/run.ts';
import { root } from '../support/run.ts';

const [recording, other] = ['regex.jsonl', 'stream.jsonl'].map((name) => join(root, 'recordings', name));
const home = makeHome();
const archive = join(makeFolder(), 'fix.tgz');
const changed = join(makeFolder(), 'fix.tgz');
await home.run('bundle', recording!, '-o', archive);
await home.run('bundle', other!, '-o', changed);

let project = '';
const inProject = (...args: string[]): Promise<Finished> => runIn(project, args, home);
const inSub = (...args: string[]): Promise<Finished> => runIn(join(project, 'sub'), args, home);
const lockFile = (): string => join(project, 'reprise.lock.json');

/** A project with an archive in it, and a folder below. */
beforeEach(() => {
  project = makeFolder();
  for (const name of ['sub', '.git']) mkdirSync(join(project, name));
  copyFileSync(archive, join(project, 'fix.tgz'));
});

function configure(config: object): void {
  writeFileSync(join(project, 'reprise.config.json'), JSON.stringify(config));
}

function writeLock(pins: Record<string, string>): void {
  const bundles = Object.fromEntries(Object.entries(pins).map(([name, digest]) => [name, { digest }]));
  writeFileSync(lockFile(), JSON.stringify({ format: 'reprise-lock', version: 1, bundles }));
}

function pins(): string[] {
  const { bundles } = JSON.parse(readFileSync(lockFile(), 'utf8')) as { bundles: object };
  return Object.keys(bundles);
}

async function digestOf(file: string): Promise<string> {
  const { stdout } = await runIn(makeFolder(), ['pull', file], home);
  return stdout.split(' ')[0] ?? '';
}

test('a path has one spelling in the lock, from wherever it was pinned', async () => {
  configure({ bundles: ['./fix.tgz'] });
  const calls: [typeof inProject, string[]][] = [
    [inProject, ['fix.tgz']],
    [inProject, ['file:fix.tgz']],
    [inProject, [join(project, 'fix.tgz')]],
    [inProject, [`file://${project}/fix.tgz`]],
    [inSub, ['../fix.tgz']],
    [inSub, ['file:fix.tgz']],
    [inProject, ['--locked', 'fix.tgz']],
    [inSub, ['--locked', '../fix.tgz', 'file:fix.tgz']],
    [inProject, []],
    [inSub, ['--locked']],
  ];
  for (const [run, words] of calls) {
    const { exitCode, stdout, stderr } = await run('pull', ...words);
    expect([words, exitCode, stdout.slice(71), stderr]).toEqual([
      words,
      0,
      '  file:fix.tgz',
      'reprise: regex 0.0.0: 1 recording',
    ]);
    expect(pins()).toEqual(['file:fix.tgz']);
  }
});

test('a lock that has a path otherwise pins it', async () => {
  writeLock({ 'fix.tgz': await digestOf(archive) });
  expect(await inSub('pull', '--locked')).toMatchObject({ exitCode: 0 });
  expect(await inSub('pull', '--locked', '../fix.tgz')).toMatchObject({ exitCode: 0 });
});

test('an archive and a folder that are not what was pinned are refused where they are used', async () => {
  await inProject('bundle', recording!, '-o', 'fix');
  await inProject('pull', 'fix.tgz', 'fix');
  for (const word of ['fix.tgz', 'file:fix.tgz', 'fix'])
    expect([word, (await inProject('check', word)).exitCode]).toEqual([word, 0]);
  copyFileSync(changed, join(project, 'fix.tgz'));
  await inProject('bundle', other!, '-o', 'fix');
  for (const [run, word] of [
    [inProject, 'fix.tgz'],
    [inSub, '../fix.tgz'],
    [inSub, 'file:fix.tgz'],
    [inProject, 'fix'],
  ] as const) {
    const { exitCode, stderr } = await run('check', word);
    expect(stderr).toMatch(/^reprise: Failed to take .+: it is sha256:\w+ now, and was pinned as sha256:\w+\. /);
    expect(exitCode).toBe(2);
  }
  expect(await inProject('pull', 'fix.tgz')).toMatchObject({ exitCode: 0 });
  expect(await inProject('check', 'fix.tgz')).toMatchObject({ exitCode: 0 });
});

test('a configuration that names no bundle forgets the pins, and is content without any', async () => {
  configure({ bundles: [] });
  expect(await inProject('pull', '--locked')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  expect(await inProject('pull')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  expect(existsSync(lockFile())).toBe(false);
  await inProject('pull', 'fix.tgz');
  expect(await inProject('pull', '--locked')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('it pins file:fix.tgz, which the configuration does not name') as string,
  });
  expect(await inProject('pull')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  expect(pins()).toEqual([]);
  expect(await inProject('pull', '--locked')).toMatchObject({ exitCode: 0 });
});

test('recordings that are a bundle of a server are pulled, whatever else is', async () => {
  const { host } = await serveRegistry();
  const name = `oci://${host}/x:1`;
  await inProject('push', recording!, name);
  configure({ recordings: name, redact: ['/x/'] });
  expect(await inProject('pull', '--locked')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining(`it does not pin ${name}`) as string,
  });
  await inProject('pull', 'fix.tgz');
  expect((await inProject('pull')).stdout.split('\n').map((line) => line.slice(73))).toEqual(['file:fix.tgz', name]);
  expect(pins()).toEqual(['file:fix.tgz', name]);
  configure({ recordings: name, bundles: [] });
  expect(await inProject('pull')).toMatchObject({ exitCode: 0 });
  expect(pins()).toEqual([name]);
  expect(await inProject('pull', '--locked')).toMatchObject({ exitCode: 0 });
});

test('several bundles for one folder are refused before anything is brought', async () => {
  copyFileSync(changed, join(project, 'other.tgz'));
  expect(await inProject('pull', 'fix.tgz', 'other.tgz', '-o', 'out')).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: 'reprise: Failed to write out: there are 2 bundles, and they have one place. Name one of them.',
  });
  expect([existsSync(lockFile()), existsSync(join(project, 'out'))]).toEqual([false, false]);
});

test('a lock that is right is not written, and its turn is not waited for', async () => {
  await inProject('pull', 'fix.tgz');
  mkdirSync(`${lockFile()}.turn`);
  for (const words of [[], ['fix.tgz'], ['--locked']])
    expect(await inProject('pull', ...words)).toMatchObject({ exitCode: 0 });
  expect(await inProject('pull', changed)).toEqual({
    exitCode: 2,
    stdout: expect.any(String) as string,
    stderr: expect.stringMatching(
      /Failed to write .+\/reprise\.lock\.json: .+\.turn is a folder\. Remove it\.$/,
    ) as string,
  });
});

test('a lock that is a link stays one, and a byte order mark is no fault', async () => {
  await inProject('pull', 'fix.tgz');
  const real = join(project, 'sub/real.json');
  renameSync(lockFile(), real);
  symlinkSync('sub/real.json', lockFile());
  writeFileSync(real, `\uFEFF${readFileSync(real, 'utf8')}`);
  copyFileSync(changed, join(project, 'other.tgz'));
  expect(await inProject('pull', 'other.tgz')).toMatchObject({ exitCode: 0 });
  expect(lstatSync(lockFile()).isSymbolicLink()).toBe(true);
  expect(pins()).toEqual(['file:fix.tgz', 'file:other.tgz']);
});

test('a stub keeps the digest of what it plays, of whatever kind', async () => {
  const host = await serve((_request, response) => response.end(readFileSync(archive)));
  const address = `http://${host}/fix.tgz`;
  await inProject('pull', address, 'fix.tgz');
  for (const [word, written] of [
    [address, /http:\S+\/fix\.tgz#sha256:\w{64}/],
    ['file:fix.tgz', /"file:\.\.\/fix\.tgz#sha256:\w{64}/],
    ['fix.tgz', /"file:\.\.\/fix\.tgz#sha256:\w{64}/],
  ] as const) {
    const stub = join(project, 'bin/dify');
    expect(await inProject('stub', word, '-o', 'bin/dify', '--any-package')).toMatchObject({ exitCode: 0 });
    expect(readFileSync(stub, 'utf8')).toMatch(written);
    // Elsewhere there is no lock.
    expect(await runIn(makeFolder(), ['check', stub], home)).toMatchObject({ exitCode: 0 });
  }
  rmSync(lockFile());
  copyFileSync(changed, join(project, 'fix.tgz'));
  expect(await inProject('check', 'bin/dify')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining(', and was pinned as sha256:') as string,
  });
});

test('a file of another machine is refused', async () => {
  const { exitCode, stderr } = await inProject('pull', `file://host${project}/fix.tgz`);
  expect(stderr).toContain("/fix.tgz': it names another machine. Write it as file:fixtures.tgz.");
  expect(exitCode).toBe(2);
  expect(await inProject('pull', `file://localhost${project}/fix.tgz`)).toMatchObject({ exitCode: 0 });
});

test('recordings of a configuration may be a file: reference, which counts from it', async () => {
  configure({ recordings: 'file:fix.tgz' });
  expect(await inSub('bundle', '-o', 'out')).toMatchObject({ exitCode: 0 });
});
