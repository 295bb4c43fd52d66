import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listAll, makeHome } from '../support/bundles.ts';
import { makePackage, runDify } from '../support/drop-in.ts';
import { makeFolder } from '../support/files.ts';
import { serveRegistry } from '../support/registry.ts';
import { runIn } from '../support/run-in.ts';
import { root } from '../support/run.ts';

const packed = await makePackage('regex', { author: 'langgenius', version: '0.0.8' });
const play = ['plugin', 'run', packed, '-r', 'json'];

test('the drop-in plays a bundle: an archive, a folder, and one that was pulled', async () => {
  const [home, folder] = [makeHome(), makeFolder()];
  const env = { REPRISE_CACHE_DIR: home.cache };
  const { host } = await serveRegistry();
  const name = `oci://${host}/team/x:1`;
  const [archive, plain] = [join(folder, 'a.tgz'), join(folder, 'a')];
  for (const output of [archive, plain]) await home.run('bundle', join(root, 'recordings'), '-o', output);
  await home.run('push', archive, name);
  expect(await runIn(folder, ['pull', name], home)).toMatchObject({ exitCode: 0 });
  for (const recordings of [archive, plain, name]) {
    const call = { env: { ...env, REPRISE_RECORDINGS: recordings, REPRISE_EXIT_ON_EOF: '1' }, cwd: folder };
    const { exitCode, stdout, stderr } = await runDify(play, call);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('plugin_ready');
  }
  const stub = join(folder, 'bin-dify');
  expect(await runIn(folder, ['stub', name, '-o', stub, '--exit-on-eof'], home)).toMatchObject({ exitCode: 0 });
  expect((await runDify(play, { env, file: stub })).stdout).toContain('plugin_ready');
  rmSync(home.cache, { recursive: true });
  const gone = await runDify(play, { env, file: stub });
  expect(gone.stdout + gone.stderr).toContain('is not in the cache');
});

test('sessions are not recorded into a bundle, nor into its copy in the cache', async () => {
  const [home, folder] = [makeHome(), makeFolder()];
  const [archive, plain] = [join(folder, 'a.tgz'), join(folder, 'a')];
  for (const output of [archive, plain]) await home.run('bundle', join(root, 'recordings/regex.jsonl'), '-o', output);
  await home.run('check', archive);
  const before = listAll(home.cache);
  for (const mode of ['all', 'new_episodes'])
    for (const [recordings, named] of [
      ['nowhere.tgz', 'names the bundle nowhere.tgz.'],
      [archive, `names the bundle ${archive}.`],
      [plain, `names the bundle ${plain}.`],
      [join(plain, 'recordings'), `names the bundle ${plain}.`],
    ] as const) {
      const env = { REPRISE_CACHE_DIR: home.cache, REPRISE_RECORDINGS: recordings, REPRISE_RECORD_MODE: mode };
      const { exitCode, stdout, stderr } = await runDify(play, { env: { ...env, REPRISE_REAL_DIFY: '/bin/false' } });
      expect(stdout + stderr).toContain(named);
      expect(exitCode).not.toBe(0);
    }
  expect(listAll(home.cache)).toEqual(before);
  for (const bundle of [archive, plain]) expect(await home.run('check', bundle)).toMatchObject({ exitCode: 0 });
});

test('a variable that is nearly REPRISE_CACHE_DIR is refused', async () => {
  const { stdout, stderr } = await runDify(play, { env: { REPRISE_CACHE_DIRS: 'x', REPRISE_RECORDINGS: 'x' } });
  expect(stdout + stderr).toContain('Did you mean');
});

test('processes that pull different bundles at once all have their pins in the lock', async () => {
  const [home, folder] = [makeHome(), makeFolder()];
  const { host } = await serveRegistry();
  const names = ['a', 'b', 'c', 'd'].map((name) => `oci://${host}/${name}:1`);
  for (const name of names) await home.run('push', join(root, 'recordings/regex.jsonl'), name);
  await Promise.all(names.map((name) => runIn(folder, ['pull', name], home)));
  const lock = JSON.parse(readFileSync(join(folder, 'reprise.lock.json'), 'utf8')) as { bundles: object };
  expect(Object.keys(lock.bundles)).toEqual(names);
});
