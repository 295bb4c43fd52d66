import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { findConfig, findProjectConfig } from '../../src/recording/project-config.ts';
import { makeConfig, readWhole, refusalOf } from '../support/configs.ts';
import { makeFolder } from '../support/files.ts';

/** A folder with these files in it; those whose names end in a slash are folders. */
function makeTree(...files: string[]): string {
  const root = makeFolder();
  for (const file of files) {
    mkdirSync(join(root, file, file.endsWith('/') ? '.' : '..'), { recursive: true });
    if (!file.endsWith('/')) writeFileSync(join(root, file), '{}');
  }
  return root;
}

test.each([
  ['in the folder itself', ['a/b/reprise.config.json', 'a/reprise.config.json'], 'a/b', 'a/b/reprise.config.json'],
  [
    'in the nearest folder above',
    ['.git/', 'reprise.config.json', 'a/reprise.config.json', 'a/b/c/'],
    'a/b/c',
    'a/reprise.config.json',
  ],
  ["at the repository's root", ['.git/', 'reprise.config.json', 'a/'], 'a', 'reprise.config.json'],
  ["not above the repository's root", ['reprise.config.json', 'a/.git/', 'a/b/'], 'a/b', undefined],
  ["not above a worktree's root", ['reprise.config.json', 'a/.git', 'a/b/'], 'a/b', undefined],
  ['above a folder that is not there', ['.git/', 'reprise.config.json'], 'a/b', 'reprise.config.json'],
  ['not in a folder below', ['.git/', 'a/reprise.config.json'], '.', undefined],
  ['not under another name', ['.git/', 'a/reprise.json', 'a/.reprise.config.json'], 'a', undefined],
])('a configuration is found %s', (_, files, folder, expected) => {
  const root = makeTree(...files);
  expect(findConfig(join(root, folder))).toBe(expected === undefined ? undefined : join(root, expected));
  expect(findConfig(relative(process.cwd(), join(root, folder)))).toBe(expected && join(root, expected));
});

test('an empty configuration means the folder recordings beside it, and no options', () => {
  const file = makeConfig('{}');
  expect(readWhole(file)).toEqual({ file, recordings: join(file, '../recordings'), options: {} });
});

const everything = {
  ignore: ['/request/user_id', '/request/**/id'],
  match: ['/request/id=uuid'],
  order: 'recorded',
  onExhausted: 'cycle',
  onMiss: 'error',
  onUnfinished: 'hang',
  pace: '2x',
  maxGap: 0,
  startupGap: 1.5,
  strict: false,
};

test('every option that may stand in a configuration is read, and its paths count from its folder', () => {
  const content = {
    $schema: 'https://example.org/x.json',
    recordings: '../tapes',
    journalDir: 'logs/x',
    ...everything,
  };
  const file = makeConfig(JSON.stringify(content));
  const expected = {
    recordings: join(file, '../../tapes'),
    options: { ...everything, journalDir: join(file, '../logs/x') },
  };
  expect(readWhole(file)).toEqual({ file, ...expected });
  const other = relative(process.cwd(), file);
  expect(readWhole(other)).toEqual({ file: other, ...expected });
});

test('absolute paths stay', () => {
  const { recordings, options } = readWhole(makeConfig('{"recordings":"/tapes","journalDir":"/logs"}'));
  expect([recordings, options['journalDir']]).toEqual(['/tapes', '/logs']);
});

test('a byte order mark and CRLF do not count', () => {
  expect(readWhole(makeConfig('\ufeff{\r\n"strict": true\r\n}\r\n')).options).toEqual({ strict: true });
  expect(refusalOf('\ufeff{\r\n"strict": true,\r\n}\r\n').line).toBe(3);
});

test("another program's bundle.json makes no bundle of a project", () => {
  const root = makeTree('.git/', 'reprise.config.json', 'bundle.json', 'r/');
  expect(findProjectConfig(join(root, 'r'))).toBe(join(root, 'reprise.config.json'));
});

test('bundles are named by references, and recordings may be one', () => {
  const [bundle, recordings] = ['https://host/x.tgz', 'oci://host/name:1'];
  const file = makeConfig(JSON.stringify({ bundles: [bundle], recordings }));
  expect(readWhole(file)).toEqual({ file, bundles: [bundle], recordings, options: {} });
});

test("a bundle's recordings have its own configuration, and none of those around it", () => {
  const root = makeTree(
    'reprise.config.json',
    'a/bundle.json',
    'a/recordings/',
    'b/bundle.json',
    'b/reprise.config.json',
  );
  expect(findConfig(join(root, 'a/recordings'))).toBe(undefined);
  expect(findConfig(join(root, 'b/recordings'))).toBe(join(root, 'b/reprise.config.json'));
});

test.each([
  ['of the folder itself', ['reprise.config.json'], '.', 'reprise.config.json'],
  ['around a bundle', ['.git/', 'reprise.config.json', 'b/reprise.config.json', 'b/r/'], 'b/r', 'reprise.config.json'],
  [
    'not of a bundle, nor of a folder in it',
    ['.git/', 'b/reprise.config.json', 'b/r/reprise.config.json'],
    'b/r',
    undefined,
  ],
  ['not of a bundle in a bundle', ['.git/', 'b/reprise.config.json', 'b/b/reprise.config.json'], 'b/b', undefined],
  [
    'not above a repository that is a bundle',
    ['reprise.config.json', 'b/.git/', 'b/reprise.config.json'],
    'b',
    undefined,
  ],
])("a project's own configuration is one %s", (_, files, folder, expected) => {
  const root = makeTree(...files);
  for (const bundle of ['b', 'b/b'].filter((name) => existsSync(join(root, name))))
    writeFileSync(join(root, bundle, 'bundle.json'), '{"format":"reprise-bundle"}');
  expect(findProjectConfig(join(root, folder))).toBe(expected && join(root, expected));
});
