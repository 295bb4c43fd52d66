import { appendFileSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Home } from '../support/bundles.ts';
import { listAll, makeHome } from '../support/bundles.ts';
import { makeFolder } from '../support/files.ts';
import { serveRegistry } from '../support/registry.ts';
import { runIn } from '../support/run-in.ts';
import { root } from '../support/run.ts';

const recording = join(root, 'recordings/regex.jsonl');

/** A file of the only bundle in a cache. */
function cached({ cache }: Home, ending: string): string {
  const name = listAll(cache).find((one) => one.startsWith('bundles/') && one.endsWith(ending));
  return join(cache, name ?? 'nothing');
}

/** A machine with an archive that it has opened once. */
async function makeArchive() {
  const [home, folder] = [makeHome(), makeFolder()];
  const run = (...args: string[]) => runIn(folder, args, home);
  await run('bundle', recording, '-o', 'b.tgz');
  await run('check', 'b.tgz');
  return { home, folder, run };
}

const damages: [string, (home: Home) => void][] = [
  ['has another byte', (home) => appendFileSync(cached(home, '.jsonl'), 'x')],
  [
    'has another byte, and its time',
    (home) => {
      const file = cached(home, '.jsonl');
      const { atime, mtime } = statSync(file);
      const bytes = readFileSync(file);
      bytes[10] = 0;
      writeFileSync(file, bytes);
      utimesSync(file, atime, mtime);
    },
  ],
  ['is gone', (home) => rmSync(cached(home, '.jsonl'))],
  ['has an empty manifest', (home) => truncateSync(cached(home, 'bundle.json'))],
  ['has no manifest', (home) => rmSync(cached(home, 'bundle.json'))],
  ['has one file more', (home) => writeFileSync(join(cached(home, 'bundle.json'), '../recordings/x.jsonl'), 'x')],
];

test.each(damages)('an archive outranks its copy in the cache that %s', async (_what, damage) => {
  const { home, folder, run } = await makeArchive();
  for (const command of ['check', 'pull', 'bundle']) {
    damage(home);
    expect(await run(command, 'b.tgz', ...(command === 'bundle' ? ['-o', 're.tgz'] : []))).toMatchObject({
      exitCode: 0,
    });
    expect(readFileSync(cached(home, '.jsonl'))).toEqual(readFileSync(recording));
  }
  expect(readFileSync(join(folder, 're.tgz'))).toEqual(readFileSync(join(folder, 'b.tgz')));
});

test.each(damages)('a pulled bundle that %s is said to be damaged, and mended by a pull', async (_what, damage) => {
  const [home, folder] = [makeHome(), makeFolder()];
  const { host } = await serveRegistry();
  const run = (...args: string[]) => runIn(folder, args, home);
  const name = `oci://${host}/team/x:1`;
  await run('push', recording, name);
  const [digest = ''] = (await run('pull', name)).stdout.split(' ');
  damage(home);
  for (const [word, command] of [
    [name, 'reprise pull'],
    [`${name}@${digest}`, `reprise pull ${name}@${digest}`],
  ] as const)
    for (const args of [
      ['check', word],
      ['replay', word],
      ['inspect', word],
      ['bundle', word, '-o', 'x.tgz'],
    ])
      expect(await run(...args)).toEqual({
        exitCode: 2,
        stdout: '',
        stderr: `reprise: Failed to open ${word}: its copy in the cache ${home.cache} is damaged. Bring it anew with \`${command}\`.`,
      });
  expect(await run('pull')).toMatchObject({ exitCode: 0 });
  expect(await run('check', name)).toMatchObject({ exitCode: 0 });
});

test('a bundle that nothing was done to is not read again, and is once something was', async () => {
  const { home, run } = await makeArchive();
  const file = cached(home, '.jsonl');
  const before = statSync(file).atimeMs;
  const proof = listAll(home.cache).find((name) => name.startsWith('proved/'))!;
  const inode = statSync(join(home.cache, proof)).ino;
  await run('pull', 'b.tgz', '-o', 'out');
  expect(statSync(join(home.cache, proof)).ino).toBe(inode);
  utimesSync(file, before / 1000, 1);
  await run('pull', 'b.tgz', '-o', 'out');
  expect(statSync(join(home.cache, proof)).ino).not.toBe(inode);
});
