import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { skimPackage } from '../../../src/recording/skim-package.ts';
import { makePlugin, namesIn, runDify } from '../../support/drop-in.ts';
import { makeFolder } from '../../support/files.ts';

function makeSource(files: Readonly<Record<string, string>>): string {
  const folder = makePlugin('weather');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

async function packedNames(folder: string): Promise<string[]> {
  const file = join(makeFolder(), 'x.difypkg');
  const run = await runDify(['plugin', 'package', folder, '--output_path', file]);
  expect(run).toMatchObject({ exitCode: 0, stdout: '' });
  return Object.keys(unzipSync(readFileSync(file))).toSorted();
}

test('a folder becomes a package with all that is in it, and the same folder the same bytes', async () => {
  const folder = makeSource({
    'main.py': 'print(1)\n',
    'provider/weather.yaml': 'a: b\n',
    '_assets/icon.svg': '<svg/>',
  });
  const cwd = makeFolder();
  const run = await runDify(['plugin', 'package', folder, '-o', 'one.difypkg'], { cwd });
  expect(run).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: expect.stringMatching(
      /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d INFO plugin packaged successfully output_path=one\.difypkg\n$/,
    ) as string,
  });
  await runDify(['plugin', 'package', folder, '-o', 'two.difypkg'], { cwd, env: { TZ: 'Asia/Tokyo' } });
  const bytes = readFileSync(join(cwd, 'one.difypkg'));
  expect(readFileSync(join(cwd, 'two.difypkg')).equals(bytes)).toBe(true);
  const files = unzipSync(bytes);
  expect(Object.keys(files)).toEqual(['_assets/icon.svg', 'main.py', 'manifest.yaml', 'provider/weather.yaml']);
  expect(strFromU8(files['main.py'] ?? new Uint8Array())).toBe('print(1)\n');
  expect(skimPackage(bytes)).toEqual({ author: 'reprise', name: 'weather', version: '0.0.1' });
});

test('`.difyignore` is honoured as the program honours it, and `.gitignore` where there is none', async () => {
  const files = {
    'a.pyc': '',
    'keep.pyc': '',
    'venv/lib/x.py': '',
    'lib/venv.py': '',
    'docs/a.md': '',
    'docs/b.txt': '',
    'main.py': '',
  };
  const ignored = makeSource({
    ...files,
    '.difyignore': '# caches\n *.pyc \n!keep.pyc\nvenv/\n/docs/*.md\n.difyignore\n',
    '.gitignore': 'main.py',
  });
  expect(await packedNames(ignored)).toEqual(['.gitignore', 'docs/b.txt', 'lib/venv.py', 'main.py', 'manifest.yaml']);
  const other = makeSource({ 'main.py': '', 'x.log': '', '.gitignore': '*.log' });
  expect(await packedNames(other)).toEqual(['.gitignore', 'main.py', 'manifest.yaml']);
});

test('without `-o` the package has the name of its folder', async () => {
  const cwd = makeFolder();
  expect((await runDify(['plugin', 'package', makePlugin('tides')], { cwd })).exitCode).toBe(0);
  expect(namesIn(cwd)).toEqual(['tides.difypkg']);
  expect(await runDify(['plugin', 'package', '.'], { cwd })).toEqual({
    exitCode: 0,
    stdout: 'Error: invalid input path, you should specify the path outside of plugin directory\n',
    stderr: '',
  });
});

test.each<[string, (folder: string) => void, string]>([
  ['there is no manifest', (folder) => symlinkSync('/nowhere', join(folder, 'x')), 'ENOENT'],
  [
    'the manifest is no YAML',
    (folder) => writeFileSync(join(folder, 'manifest.yaml'), 'name: [a'),
    "did not find expected ',' or ']'",
  ],
])('it fails with status 1 and words where %s, and writes nothing', async (_what, arrange, words) => {
  const [folder, cwd] = [makeFolder(), makeFolder()];
  arrange(folder);
  const run = await runDify(['plugin', 'package', folder, '-o', 'x.difypkg'], { cwd });
  expect(run).toMatchObject({ exitCode: 1, stdout: '' });
  expect(run.stderr).toMatch(/^\S+ \S+ ERROR failed to package plugin error=/);
  expect(run.stderr).toContain(words);
  expect(namesIn(cwd)).toEqual([]);
});

test('a folder that is too large is refused, with its largest files', async () => {
  const folder = makeSource({ 'big.bin': 'x'.repeat(2 << 20), 'small.txt': 'x' });
  const run = await runDify(['plugin', 'package', folder, '-o', join(makeFolder(), 'x'), '--max-size', '1']);
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain('less than 1048576 bytes.');
  expect(run.stderr).toContain('1. name: big.bin, size: 2097152 bytes');
});

test('what is no zip file, or a strange one, is left to the libraries', () => {
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from('PK'),
    Buffer.from('PK\u0005\u0006'),
    Buffer.alloc(100, 'PK\u0005\u0006'),
    Buffer.alloc(1000, 255),
  ])
    expect(skimPackage(bytes)).toBeUndefined();
});
