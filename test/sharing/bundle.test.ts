import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { runBundle } from '../../src/cli/sharing/bundle-command.ts';
import { sharingTools } from '../../src/cli/sharing/sharing-tools.ts';
import { makeHome } from '../support/bundles.ts';
import { makeFolder } from '../support/files.ts';
import { root } from '../support/run.ts';

const recordings = join(root, 'recordings');

/** A project with two recordings, a fault plan and a configuration. */
function makeProject(): string {
  const folder = makeFolder();
  mkdirSync(join(folder, 'recordings'));
  for (const name of ['regex.jsonl', 'stream.jsonl'])
    copyFileSync(join(recordings, name), join(folder, 'recordings', name));
  writeFileSync(join(folder, 'recordings/slow.yaml'), 'faults:\n  - fault: stall\n');
  writeFileSync(join(folder, 'recordings/other.yaml'), 'a: 1\n');
  writeFileSync(join(folder, 'reprise.config.json'), '{"ignore":["/request/x"],"journalDir":"logs","recordings":"x"}');
  return folder;
}

test('a bundle holds recordings, fault plans, the configuration without places, and a manifest', async () => {
  const { run } = makeHome();
  const [project, out] = [makeProject(), join(makeFolder(), 'out')];
  const { exitCode, stdout, stderr } = await run(
    'bundle',
    join(project, 'recordings'),
    '-o',
    out,
    '--version',
    '1.2.3',
  );
  expect(exitCode).toBe(0);
  expect(stdout).toBe(`${stdout.slice(0, 71)}  ${out}`);
  expect(stdout).toMatch(/^sha256:[0-9a-f]{64} /);
  expect(stderr).toContain('other.yaml is left out, since it is no fault plan');
  expect(stderr).toContain('fixtures 1.2.3: 2 recordings, 1 fault plan, a configuration');
  expect(JSON.parse(readFileSync(join(out, 'reprise.config.json'), 'utf8'))).toEqual({ ignore: ['/request/x'] });
  const manifest = JSON.parse(readFileSync(join(out, 'bundle.json'), 'utf8')) as Record<string, unknown>;
  expect(manifest).toMatchObject({ format: 'reprise-bundle', format_version: 1, name: 'fixtures', version: '1.2.3' });
  expect(manifest['recordings']).toMatchObject([
    {
      file: 'recordings/regex.jsonl',
      digest: expect.stringMatching(/^sha256:/) as string,
      plugin: { author: 'langgenius', name: 'regex', sha256: expect.any(String) as string },
      actions: expect.arrayContaining(['invoke_tool']) as string[],
      counts: { invocations: expect.any(Number) as number },
    },
    { file: 'recordings/stream.jsonl' },
  ]);
  expect(readFileSync(join(out, 'recordings/regex.jsonl'))).toEqual(readFileSync(join(recordings, 'regex.jsonl')));
});

test('the same input makes the same bytes, whatever its times, its order, its packing and the name of the output', async () => {
  const { run } = makeHome();
  const [one, other] = [makeProject(), makeProject()];
  utimesSync(join(other, 'recordings/regex.jsonl'), 1, 1);
  writeFileSync(
    join(other, 'recordings/stream.jsonl.gz'),
    gzipSync(readFileSync(join(other, 'recordings/stream.jsonl'))),
  );
  const [a, b] = [join(makeFolder(), 'a.tgz'), join(makeFolder(), 'b.tgz')];
  await run('bundle', join(one, 'recordings'), '-o', a);
  const files = ['slow.yaml', 'stream.jsonl.gz', 'regex.jsonl'].map((name) => join(other, 'recordings', name));
  expect(await run('bundle', ...files, '-o', b)).toMatchObject({ exitCode: 0 });
  expect(readFileSync(a).equals(readFileSync(b))).toBe(true);
  expect(gunzipSync(readFileSync(a)).toString('latin1')).toContain('ustar');
});

test('an archive of a bundle is that bundle, and a folder made of it has its digest', async () => {
  const { run } = makeHome();
  const [folder, archive] = [join(makeFolder(), 'out'), join(makeFolder(), 'a.tgz')];
  const first = await run('bundle', recordings, '-o', archive);
  const second = await run('bundle', archive, '-o', folder);
  const third = await run('bundle', folder, '-o', join(folder, '../b.tgz'));
  expect(second.stdout.slice(0, 71)).toBe(first.stdout.slice(0, 71));
  expect(third.stdout.slice(0, 71)).toBe(first.stdout.slice(0, 71));
  expect(readFileSync(join(folder, '../b.tgz'))).toEqual(readFileSync(archive));
});

test('a bundle is replayed, checked, inspected and made a stub, as an archive and as a folder', async () => {
  const { run } = makeHome();
  const folder = join(makeFolder(), 'out');
  for (const output of [folder, `${folder}.tgz`]) {
    await run('bundle', join(recordings, 'regex.jsonl'), '-o', output);
    expect(await run('check', output)).toMatchObject({ exitCode: 0 });
    expect((await run('inspect', output)).stdout).toContain('invoke_tool');
    const stub = join(folder, '..', `dify-${output.length}`);
    expect(await run('stub', output, '-o', stub)).toMatchObject({ exitCode: 0 });
    expect(readFileSync(stub, 'utf8')).toContain('"REPRISE_RECORDINGS"');
    expect(await run('replay', output, '--exit-on-eof', '--pace', 'instant')).toMatchObject({ exitCode: 0 });
  }
});

test('a secret keeps a bundle from being made: the places are told, and nothing is written', async () => {
  const output = join(makeFolder(), 'a.tgz');
  const findSecrets = (file: string): Promise<{ line: number; path: string; kind: string }[]> =>
    Promise.resolve(file.endsWith('regex.jsonl') ? [{ line: 4, path: '/message/request/key', kind: 'api_key' }] : []);
  const values = { output };
  const options = { values, words: [join(recordings, 'regex.jsonl')], given: [], command: [] };
  const refused = runBundle(options, { ...sharingTools, findSecrets });
  await expect(refused).rejects.toMatchObject({
    code: 'secret-found',
    exitStatus: 1,
    message:
      'Failed to make a bundle: there may be secrets in recordings/regex.jsonl:4 /message/request/key (api_key). Take them out of the recordings that the bundle is made of with `reprise redact`.',
  });
  expect(existsSync(output)).toBe(false);
});

test.each([
  [['bundle', 'recordings'], 'no place was named. Give `--output`, as in `-o fixtures.tgz`.'],
  [['bundle', 'recordings', '-o', 'src'], 'src: it exists already, and is no bundle. Give `--output` another.'],
  [
    ['bundle', 'recordings', 'test/fixtures/golden/../../../recordings/regex.jsonl', 'nowhere.jsonl', '-o', 'x.tgz'],
    'nowhere.jsonl: there is no such file.',
  ],
  [['bundle', 'package.json', '-o', 'x.tgz'], 'package.json:2: there is no key `name`.'],
  [['push', 'recordings'], 'no registry was named. Give a reference as the last word, as oci://HOST/NAME:TAG.'],
  [['push', 'recordings', 'oci://host/-name:1'], 'it names nothing that a registry can hold.'],
  [
    ['push', 'recordings', 'oci://host/Team/x:1'],
    'a registry takes no capital letters in a name. Write it as oci://host/team/x:TAG.',
  ],
  [['push', 'recordings', 'oci://host/name'], 'it has no tag.'],
  [['pull', 'https://user:word@host/x.tgz'], 'https://host/x.tgz: there is a name or a password in it'],
  [['pull', 'http://example.org/x.tgz'], 'plain HTTP goes to this machine only. Use HTTPS.'],
  [['replay', 'oci://host/name:1'], 'does not pin it. Bring it with `reprise pull oci://host/name:1`.'],
  [['replay', 'nowhere.tgz'], 'Failed to open nowhere.tgz: there is no such file. Check the path.'],
])('%j is refused in words', async (args, text) => {
  const { exitCode, stderr } = await makeHome().run(...args);
  expect(stderr).toContain(text);
  expect(exitCode).toBe(2);
});

test('two processes that bundle into one place at once leave whole files, and nothing else', async () => {
  const { run } = makeHome();
  const folder = makeFolder();
  for (const output of [join(folder, 'a.tgz'), join(folder, 'out')]) {
    const done = await Promise.all(Array.from({ length: 4 }, () => run('bundle', recordings, '-o', output)));
    expect(done.map(({ exitCode, stderr }) => (exitCode === 0 ? '' : stderr))).toEqual(['', '', '', '']);
    expect(await run('check', output)).toMatchObject({ exitCode: 0 });
  }
  expect(readdirSync(folder).toSorted()).toEqual(['a.tgz', 'out']);
});

test('recordings that are no good for others are refused, and those that may be are named', async () => {
  const { run } = makeHome();
  const regex = readFileSync(join(recordings, 'regex.jsonl'), 'utf8');
  const bundle = (text: string) => {
    const file = join(makeFolder(), 'a.jsonl');
    writeFileSync(file, text);
    return run('bundle', file, '-o', join(makeFolder(), 'out'));
  };
  const broken = await bundle(regex.replace('\n', '\n{"at":'));
  expect([broken.exitCode, broken.stderr]).toEqual([
    2,
    expect.stringMatching(/^reprise: Failed to read .+\/a\.jsonl:2: /),
  ]);
  const cutOff = await bundle(regex.slice(0, -10));
  expect([cutOff.exitCode, cutOff.stderr]).toEqual([
    0,
    expect.stringMatching(/^reprise: .+\/a\.jsonl: it is not sealed: its recorder was killed/),
  ]);
  const edited = await bundle(regex.replace('"response"', '"Response"'));
  expect([edited.exitCode, edited.stderr]).toEqual([
    0,
    expect.stringMatching(/^reprise: .+\/a\.jsonl: it was changed after it was recorded/),
  ]);
});
