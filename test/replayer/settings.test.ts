import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { settle } from '../../src/replayer/settings.ts';
import { makeFolder } from '../support/files.ts';

/** What these tests give, of all that may be given. */
interface Given {
  config?: string;
  ignore?: readonly string[] | undefined;
  match?: readonly string[];
  pace?: string | undefined;
  maxGap?: number;
  strict?: boolean;
  mode?: string;
  journalDir?: string;
}

/** A repository with these files, by their paths. */
function makeTree(files: Readonly<Record<string, unknown>>): string {
  const root = makeFolder();
  mkdirSync(join(root, '.git'));
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), JSON.stringify(content));
  }
  return root;
}

function settleWith(words: readonly string[], given: Given = {}): Promise<{ files: string[]; options: Given }> {
  return settle<Given>(words, given);
}

function workIn(folder: string): void {
  vi.spyOn(process, 'cwd').mockReturnValue(folder);
}

const tape = {};

test('leaves what is given as it is where there is no configuration', async () => {
  const file = join(makeTree({ 'a.jsonl': tape }), 'a.jsonl');
  workIn(dirname(file));
  const given: Given = { pace: '2x' };
  const { files, options } = await settleWith([file], given);
  expect(files).toEqual([file]);
  expect(options).toBe(given);
});

test.each<[title: string, config: Given, given: Given, options: Given]>([
  ['completes what is given', { pace: '2x', strict: true }, { mode: 'tcp' }, { pace: '2x', strict: true, mode: 'tcp' }],
  ['is outranked by what is given', { pace: '2x', maxGap: 5 }, { pace: '3x', maxGap: 0 }, { pace: '3x', maxGap: 0 }],
  ['is outranked by false', { strict: true }, { strict: false }, { strict: false }],
  [
    'gives what is given as undefined',
    { pace: '2x', ignore: ['/request/a'] },
    { pace: undefined, ignore: undefined },
    { pace: '2x', ignore: ['/request/a'] },
  ],
  [
    'adds up lists, its own first',
    { ignore: ['/request/b', '/request/a'] },
    { ignore: ['/request/a', '/request/c'] },
    { ignore: ['/request/b', '/request/a', '/request/a', '/request/c'] },
  ],
  [
    'adds up each list by itself',
    { ignore: ['/request/a'] },
    { match: ['/request/b=uuid'] },
    { ignore: ['/request/a'], match: ['/request/b=uuid'] },
  ],
  ['leaves a list that it does not name', {}, { ignore: ['/request/a'] }, { ignore: ['/request/a'] }],
])('a configuration %s', async (_, config, given, options) => {
  const root = makeTree({ 'reprise.config.json': config, 'a.jsonl': tape });
  const before = structuredClone(given);
  expect((await settleWith([join(root, 'a.jsonl')], given)).options).toEqual(options);
  expect(given).toEqual(before);
});

test('paths in a configuration count from its folder', async () => {
  const root = makeTree({ 'reprise.config.json': { journalDir: 'logs' }, 'x/y/a.jsonl': tape });
  expect((await settleWith([join(root, 'x/y/a.jsonl')])).options).toEqual({ journalDir: join(root, 'logs') });
  expect((await settleWith([join(root, 'x/y/a.jsonl')], { journalDir: 'here' })).options).toEqual({
    journalDir: 'here',
  });
});

test.each([
  ['the nearest to the recording', 'x/y/a.jsonl', '2x'],
  ['one above the recording', 'x/a.jsonl', '3x'],
  ['the nearest to a folder of recordings', 'x/y', '2x'],
  ['the nearest to recordings of a pattern', 'x/y/*.jsonl', '2x'],
  ['the nearest to a recording that is not there', 'x/y/none.jsonl', '2x'],
])('takes %s', async (_, word, pace) => {
  const root = makeTree({
    'reprise.config.json': { pace: '3x' },
    'x/a.jsonl': tape,
    'x/y/reprise.config.json': { pace: '2x' },
    'x/y/a.jsonl': tape,
  });
  workIn(makeTree({ 'reprise.config.json': { pace: '4x' } }));
  expect((await settleWith([join(root, word)])).options).toEqual({ pace });
});

test('takes that of the working folder where the recordings have none', async () => {
  const root = makeTree({ 'a.jsonl': tape });
  workIn(join(makeTree({ 'reprise.config.json': { pace: '3x' }, 'src/a.txt': '' }), 'src'));
  const { files, options } = await settleWith([join(root, 'a.jsonl')]);
  expect(files).toEqual([join(root, 'a.jsonl')]);
  expect(options).toEqual({ pace: '3x' });
});

test('takes the one that is given, whatever there is', async () => {
  const root = makeTree({
    'x/reprise.config.json': { pace: '2x' },
    'x/a.jsonl': tape,
    'y/reprise.config.json': { pace: '3x' },
    'y/a.jsonl': tape,
    'z.json': { pace: '4x' },
  });
  const [config, words] = [join(root, 'z.json'), [join(root, 'x'), join(root, 'y')]];
  expect((await settleWith(words, { config })).options).toEqual({ pace: '4x', config });
  const missing = join(root, 'none.json');
  await expect(settleWith(words, { config: missing })).rejects.toMatchObject({
    code: 'not-found',
    message: `Failed to read ${missing}: there is no such file. Check \`--config\`.`,
  });
});

test('takes recordings of several folders with one configuration, and refuses those with two', async () => {
  const root = makeTree({
    'reprise.config.json': { pace: '3x' },
    'x/a.jsonl': tape,
    'y/b.jsonl': tape,
    'z/reprise.config.json': {},
    'z/c.jsonl': tape,
  });
  const { files, options } = await settleWith([join(root, 'y'), join(root, 'x')]);
  expect(files).toEqual([join(root, 'y/b.jsonl'), join(root, 'x/a.jsonl')]);
  expect(options).toEqual({ pace: '3x' });
  const [outer, inner] = [join(root, 'reprise.config.json'), join(root, 'z/reprise.config.json')];
  await expect(settleWith([join(root, 'x'), join(root, 'z')])).rejects.toMatchObject({
    name: 'RepriseError',
    code: 'usage',
    message: `Failed to find reprise.config.json: the recordings have several, ${outer} and ${inner}. Choose one with \`--config\`.`,
  });
});

test.each([
  [{}, 'recordings'],
  [{ recordings: 'tapes/new' }, 'tapes/new'],
])('means the recordings of the configuration %j where none are named', async (config, folder) => {
  const root = makeTree({
    'reprise.config.json': { ...config, pace: '2x' },
    [`${folder}/b.jsonl`]: tape,
    [`${folder}/a.jsonl.gz`]: tape,
    [`${folder}/notes.md`]: '',
    'src/a.txt': '',
  });
  workIn(join(root, 'src'));
  const expected = {
    files: ['a.jsonl.gz', 'b.jsonl'].map((name) => join(root, folder, name)),
    options: { pace: '2x' },
  };
  expect(await settleWith([])).toEqual(expected);
  workIn(makeTree({}));
  const file = join(root, 'reprise.config.json');
  expect(await settleWith([], { config: file })).toEqual({ ...expected, options: { pace: '2x', config: file } });
});

test('refuses that no recordings are named where there are neither', async () => {
  workIn(makeTree({ 'a.jsonl': tape }));
  await expect(settleWith([])).rejects.toMatchObject({
    name: 'RepriseError',
    code: 'usage',
    message:
      'Failed to find a recording: none was named, and there is neither a reprise.config.json nor a folder recordings here. Give a file, a folder or a pattern.',
  });
});

test.each([
  [{ mode: 'tcp' }, /^Failed to read FILE:1: the options: there is no option `mode`\. There are pace, /],
  [{ pace: 'slow' }, 'Failed to read FILE:1: `pace`: '],
  [{ ignore: ['/request/a', 'b'] }, "Failed to read FILE:1: `ignore`: 'b' is no path, which begins with '/'. "],
  [{ match: ['/a=uuid'] }, "Failed to read FILE:1: `match`: '/a' leads nowhere: paths begin with /request. "],
  [{ match: ['/request/a=b'] }, "Failed to read FILE:1: `match`: '/request/a=b' names no set: 'b'. "],
  [{ match: ['/request/a=/(/'] }, 'Failed to read FILE:1: `match`: /(/ is no regular expression that RE2 takes: '],
])('refuses the configuration %j, and names its file', async (config, text) => {
  const root = makeTree({ 'reprise.config.json': config, 'a.jsonl': tape });
  const file = join(root, 'reprise.config.json');
  const error: unknown = await settleWith([join(root, 'a.jsonl')]).catch((error: unknown) => error);
  expect(error).toMatchObject({ name: 'RepriseError', code: 'usage', file });
  expect(String(error).replace('RepriseError: ', '').replace(file, 'FILE')).toMatch(text);
});
