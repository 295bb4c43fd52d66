import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import type { RawEntry } from '../support/bundles.ts';
import { listAll, makeArchive, makeHome } from '../support/bundles.ts';
import { makeFolder } from '../support/files.ts';
import { runIn } from '../support/run-in.ts';
import { root } from '../support/run.ts';

const good = join(makeFolder(), 'good');
await makeHome().run('bundle', join(root, 'recordings/regex.jsonl'), '-o', good);
const [manifest, recording] = ['bundle.json', 'recordings/regex.jsonl'].map((name) => readFileSync(join(good, name)));
const entries: RawEntry[] = [
  { name: 'bundle.json', content: manifest! },
  { name: 'recordings/regex.jsonl', content: recording! },
];

/** Nothing but its cache's empty folders may be left of a bundle that was refused. */
async function refusalOf(file: string): Promise<{ exitCode: number | undefined; text: string }> {
  const home = makeHome();
  const { exitCode, stdout, stderr } = await home.run('check', file);
  expect(stdout).toBe('');
  const left = existsSync(home.cache) ? listAll(home.cache) : [];
  expect(left.filter((name) => !['part', 'bundles', 'blobs', 'archives'].includes(name))).toEqual([]);
  return { exitCode, text: stderr.trim().replaceAll(file, 'FILE') };
}

function changed(change: (value: { recordings: Record<string, unknown>[]; [key: string]: unknown }) => void): Buffer {
  const value = JSON.parse(String(manifest)) as { recordings: Record<string, unknown>[] };
  change(value);
  return Buffer.from(JSON.stringify(value));
}

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
  ['a file twice', [{ name: 'bundle.json', content: manifest! }], 'it holds two files with one name'],
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

test.each<[string, Buffer, string]>([
  [
    'names a file outside',
    changed((value) => (value.recordings[0]!['file'] = '../x.jsonl')),
    'its manifest names "../x.jsonl", which is no name in a bundle',
  ],
  [
    'names an absolute file',
    changed((value) => (value.recordings[0]!['file'] = '/etc/passwd')),
    'its manifest names "/etc/passwd", which is no name in a bundle',
  ],
  [
    'names a file twice',
    changed((value) => value.recordings.push(value.recordings[0]!)),
    'its manifest names recordings/regex.jsonl twice',
  ],
  [
    'names what is not there',
    changed((value) => value.recordings.push({ ...value.recordings[0], file: 'recordings/b.jsonl' })),
    "its recordings/b.jsonl can't be read: ",
  ],
  [
    'has a digest of another kind',
    changed((value) => (value.recordings[0]!['digest'] = 'md5:00')),
    'its manifest gives recordings/regex.jsonl no sha256 digest',
  ],
  [
    'has no size',
    changed((value) => delete value.recordings[0]!['size']),
    'its manifest gives recordings/regex.jsonl no size',
  ],
  [
    'has another digest',
    changed((value) => (value.recordings[0]!['digest'] = `sha256:${'0'.repeat(64)}`)),
    'its recordings/regex.jsonl is not the file that its manifest tells',
  ],
  [
    'has another size',
    changed((value) => (value.recordings[0]!['size'] = 1)),
    'its recordings/regex.jsonl is not the file that its manifest tells',
  ],
  [
    'is of a later version',
    changed((value) => (value['format_version'] = 2)),
    'it has bundle version 2, and this reprise reads up to 1. Update reprise.',
  ],
  [
    'is of no version',
    changed((value) => (value['format_version'] = -1.5)),
    'its manifest has no version of its format',
  ],
  [
    'names a file that is too long for a file system',
    changed((value) => (value.recordings[0]!['file'] = `recordings/${'\u{1F600}'.repeat(100)}`)),
    'its manifest names "recordings/',
  ],
  ['is no JSON', Buffer.from('{'), 'its manifest is none of a bundle'],
  [
    'promises too much',
    changed((value) => (value.recordings[0]!['size'] = 2 ** 40)),
    'it holds more than 4294967296 bytes. That is beyond what a bundle may be.',
  ],
])('a manifest that %s is refused', async (_what, content, reason) => {
  const { exitCode, text } = await refusalOf(await makeArchive([{ name: 'bundle.json', content }, entries[1]!]));
  expect(exitCode).toBe(2);
  expect(text).toContain(`Failed to open FILE: ${reason}`);
});

test('a file that the manifest does not name is refused', async () => {
  const file = await makeArchive([...entries, { name: 'recordings/more.jsonl', content: 'x' }]);
  const { exitCode, text } = await refusalOf(file);
  expect([exitCode, text]).toEqual([
    2,
    'reprise: Failed to open FILE: it holds recordings/more.jsonl, which its manifest does not name. Take it from where you trust it.',
  ]);
});

test.each(['notes.txt', 'recordings/more.jsonl', 'faults/.hidden', 'x/y'])(
  'a folder that holds %s beside what its manifest names is refused',
  async (name) => {
    const folder = join(makeFolder(), 'bundle');
    cpSync(good, folder, { recursive: true });
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), 'x');
    const told = name === 'x/y' ? 'x' : name.replace(/^faults.*/, 'faults');
    for (const command of ['check', 'pull', 'bundle'])
      expect(
        await runIn(dirname(folder), [command, folder, ...(command === 'bundle' ? ['-o', 'x.tgz'] : [])], makeHome()),
      ).toEqual({
        exitCode: 2,
        stdout: '',
        stderr: `reprise: Failed to open ${folder}: it holds ${told}, which its manifest does not name. Remove it, or make the bundle anew of what is to be in it with \`reprise bundle\`.`,
      });
  },
);

test('a configuration that says where files are written is refused', async () => {
  const content = Buffer.from('{"journalDir":"/tmp/reprise-out"}');
  const { digestOf } = await import('../../src/recording/bundle/digest.ts');
  const config = { file: 'reprise.config.json', size: content.length, digest: digestOf(content) };
  const file = await makeArchive([
    { name: 'bundle.json', content: changed((value) => (value['config'] = config)) },
    entries[1]!,
    { name: 'reprise.config.json', content },
  ]);
  expect((await refusalOf(file)).text).toContain('its configuration has `journalDir`, which is for projects alone');
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

test('a folder whose files are links, or have changed, is refused', async () => {
  const folder = join(makeFolder(), 'bundle');
  cpSync(good, folder, { recursive: true });
  writeFileSync(join(folder, 'recordings/regex.jsonl'), 'x');
  expect((await refusalOf(folder)).text).toContain(
    'its recordings/regex.jsonl is not the file that its manifest tells',
  );
  rmSync(join(folder, 'recordings/regex.jsonl'));
  symlinkSync(join(good, 'recordings/regex.jsonl'), join(folder, 'recordings/regex.jsonl'));
  expect((await refusalOf(folder)).text).toContain('its recordings/regex.jsonl is no regular file');
  rmSync(join(folder, 'recordings'), { recursive: true });
  symlinkSync(join(good, 'recordings'), join(folder, 'recordings'));
  expect((await refusalOf(folder)).text).toContain('its recordings/regex.jsonl is behind a link');
});

test('an archive on a server is pulled, pinned, and refused once it is another', async () => {
  const home = makeHome();
  let archive = readFileSync(await makeArchive(entries));
  const server = createServer((_request, response) => response.end(archive));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const reference = `http://127.0.0.1:${port}/fixtures.tgz`;
  const project = makeFolder();
  try {
    const run = (...args: string[]) => runIn(project, args, home);
    expect(await run('pull', reference)).toMatchObject({ exitCode: 0 });
    expect((await run('check', reference)).exitCode).toBe(0);
    rmSync(home.cache, { recursive: true });
    archive = readFileSync(
      await makeArchive([{ name: 'bundle.json', content: changed((value) => (value['name'] = 'other')) }, entries[1]!]),
    );
    const { exitCode, stderr } = await run('pull');
    expect(stderr).toContain(`Failed to take ${reference}: it is sha256:`);
    expect(exitCode).toBe(2);
  } finally {
    server.close();
  }
});
