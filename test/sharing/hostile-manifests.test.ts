import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { makeArchive, makeHome } from '../support/bundles.ts';
import { makeFolder } from '../support/files.ts';
import { changed, entries, good, refusalOf } from '../support/hostile-bundles.ts';
import { runIn } from '../support/run-in.ts';

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
