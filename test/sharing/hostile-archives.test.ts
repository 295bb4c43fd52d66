import { existsSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import type { RawEntry } from '../support/bundles.ts';
import { makeArchive, makeHome } from '../support/bundles.ts';
import { makeFolder } from '../support/files.ts';
import { entries, refusalOf } from '../support/hostile-bundles.ts';

test('an archive that others have packed is as good', async () => {
  const folders: RawEntry[] = [
    { name: './', type: 'directory' },
    { name: './recordings/', type: 'directory' },
  ];
  const moved = entries.map((entry) => ({ ...entry, name: `./${entry.name}` })).toReversed();
  const file = await makeArchive([...folders, ...moved]);
  expect(await makeHome().run('check', file)).toMatchObject({ exitCode: 0 });
});

const named = 'which is no name in a bundle';
test.each<[string, RawEntry[], string]>([
  ['a name that leads out', [{ name: '../out.jsonl', content: 'x' }], `it holds "../out.jsonl", ${named}`],
  [
    'a name that leads out from below',
    [{ name: 'recordings/../../out.jsonl' }],
    `it holds "recordings/../../out.jsonl", ${named}`,
  ],
  [
    'an absolute name',
    [{ name: '/tmp/reprise-out.jsonl', content: 'x' }],
    `it holds "/tmp/reprise-out.jsonl", ${named}`,
  ],
  ['backslashes', [{ name: 'recordings\\..\\x.jsonl' }], `it holds "recordings\\\\..\\\\x.jsonl", ${named}`],
  ['a drive', [{ name: 'recordings/c:x.jsonl' }], `it holds "recordings/c:x.jsonl", ${named}`],
  ['a folder of git', [{ name: '.git/hooks/pre-commit', content: 'x' }], `it holds ".git/hooks/pre-commit", ${named}`],
  [
    'a folder that leads out',
    [{ name: '../x/', type: 'directory' }],
    'it holds "../x/", which is no file but a directory',
  ],
  [
    'a symbolic link',
    [{ name: 'recordings/a.jsonl', type: 'symlink', linkname: '/etc/passwd' }],
    'it holds "recordings/a.jsonl", which is no file but a symlink',
  ],
  [
    'a link',
    [{ name: 'recordings/a.jsonl', type: 'link', linkname: 'bundle.json' }],
    'it holds "recordings/a.jsonl", which is no file but a link',
  ],
  [
    'a character device',
    [{ name: 'recordings/a.jsonl', type: 'character-device' }],
    'it holds "recordings/a.jsonl", which is no file but a character-device',
  ],
  [
    'a block device',
    [{ name: 'recordings/a.jsonl', type: 'block-device' }],
    'it holds "recordings/a.jsonl", which is no file but a block-device',
  ],
  [
    'a pipe',
    [{ name: 'recordings/a.jsonl', type: 'fifo' }],
    'it holds "recordings/a.jsonl", which is no file but a fifo',
  ],
  ['a file twice', [{ name: 'bundle.json', content: entries[0]!.content! }], 'it holds two files with one name'],
])('an archive with %s is refused', async (_what, more, reason) => {
  for (const all of [
    [...more, ...entries],
    [...entries, ...more],
  ])
    expect(await refusalOf(await makeArchive(all))).toEqual({
      exitCode: 2,
      text: `reprise: Failed to open FILE: ${reason}. Take it from where you trust it.`,
    });
  expect(existsSync('/tmp/reprise-out.jsonl')).toBe(false);
});

/** A header of one file, as tar has it, with nothing behind. */
function headerOf(name: string, size: number, type = '0'): Buffer {
  const block = Buffer.alloc(512);
  block.write(name);
  block.write('0000644\0', 100);
  block.write('0000000\0'.repeat(2), 108);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write('00000000000\0', 136);
  block.write(`        ${type}`, 148);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

const zeros = Buffer.alloc(300 << 20);
test.each<[string, Buffer, string]>([
  ['a manifest of 1 GB', headerOf('bundle.json', 2 ** 30), 'its bundle.json is larger than 4194304 bytes'],
  [
    'headers of 6 MB',
    Buffer.concat(
      Array.from({ length: 100 }, () => [headerOf('x', 64 << 10, 'x'), zeros.subarray(0, 64 << 10)]).flat(),
    ),
    'it has a header longer than any of a bundle',
  ],
  [
    'a bomb',
    Buffer.concat([headerOf('recordings/a.jsonl', zeros.length), zeros]),
    'it unpacks to more than 1000 times its size',
  ],
  ['a file of 5 GB', headerOf('recordings/a.jsonl', 5 * 2 ** 30), 'it holds more than 4294967296 bytes'],
  [
    'too many files',
    Buffer.concat(Array.from({ length: 10_001 }, (_, index) => headerOf(`recordings/${index}.jsonl`, 0))),
    'it has more than 10000 files',
  ],
])('%s is refused', { timeout: 60_000 }, async (_what, content, reason) => {
  const file = join(makeFolder(), 'made.tgz');
  writeFileSync(file, gzipSync(content, { level: 9 }));
  expect(await refusalOf(file)).toEqual({
    exitCode: 2,
    text: `reprise: Failed to open FILE: ${reason}. That is beyond what a bundle may be.`,
  });
});

test.each([
  ['is cut off', (file: string) => truncateSync(file, 300)],
  ['is no archive', (file: string) => writeFileSync(file, 'hello')],
  [
    'has a header of 300 MB',
    (file: string) => writeFileSync(file, gzipSync(Buffer.concat([headerOf('x', zeros.length, 'x'), zeros]))),
  ],
  ['is empty', (file: string) => writeFileSync(file, '')],
])('an archive that %s is refused', async (_what, spoil) => {
  const file = await makeArchive(entries);
  spoil(file);
  const { exitCode, text } = await refusalOf(file);
  expect(text).toContain('Failed to open FILE: ');
  expect(exitCode).toBe(2);
});

test.each(['a pipe', 'a link to a device'])('an archive that is %s is refused at once', async (what) => {
  const file = join(makeFolder(), 'made.tgz');
  if (what === 'a pipe') await execa('mkfifo', [file]);
  else symlinkSync('/dev/zero', file);
  expect(await refusalOf(file)).toEqual({
    exitCode: 2,
    text: 'reprise: Failed to open FILE: it is no regular file. Take it from where you trust it.',
  });
});
