import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { configOptions } from '../../src/foundation/redaction-option-table.ts';
import {
  configName,
  findConfig,
  findProjectConfig,
  type ProjectConfig,
  readConfig,
} from '../../src/recording/project-config.ts';
import { makeFile, makeFolder } from '../support/files.ts';

function makeConfig(content: string | Buffer): string {
  return makeFile(content, configName);
}

function read(file: string): Omit<ProjectConfig, 'lineOf'> {
  const { lineOf, ...config } = readConfig(file, configOptions);
  expect(lineOf('none')).toBe(1);
  return config;
}

/** What a configuration is refused with; `FILE` stands for its path. */
function refusalOf(content: string, file = makeConfig(content)): { text: string; line: unknown; code: unknown } {
  try {
    read(file);
  } catch (error) {
    const { name, message, ...facts } = error as Error & { line: unknown; code: unknown; file: unknown };
    if (name === 'RepriseError' && facts.file === file)
      return { text: message.replaceAll(file, 'FILE'), line: facts.line, code: facts.code };
    throw error;
  }
  throw new Error('It was not refused.');
}

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
  expect(read(file)).toEqual({ file, recordings: join(file, '../recordings'), options: {} });
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
  expect(read(file)).toEqual({ file, ...expected });
  const other = relative(process.cwd(), file);
  expect(read(other)).toEqual({ file: other, ...expected });
});

test('absolute paths stay', () => {
  const { recordings, options } = read(makeConfig('{"recordings":"/tapes","journalDir":"/logs"}'));
  expect([recordings, options['journalDir']]).toEqual(['/tapes', '/logs']);
});

test('a byte order mark and CRLF do not count', () => {
  expect(read(makeConfig('\ufeff{\r\n"strict": true\r\n}\r\n')).options).toEqual({ strict: true });
  expect(refusalOf('\ufeff{\r\n"strict": true,\r\n}\r\n').line).toBe(3);
});

const listed =
  'There are pace, maxGap, startupGap, ignore, match, order, onExhausted, secrets, onMiss, onUnfinished, journalDir, strict, redact, keep, noRedact, recordings, bundles.';

test.each([
  ['{\n"ignore": "/request/a"\n}', 2, '`ignore`: "/request/a" is not allowed. Give a list of texts.'],
  ['{"match": ["a", 5]}', 1, '`match`: ["a",5] is not allowed. Give a list of texts.'],
  ['{"ignore": null}', 1, '`ignore`: null is not allowed. Give a list of texts.'],
  ['{\n\n\n"order": "none"}', 4, '`order`: "none" is not allowed. Give any or recorded.'],
  ['{"onExhausted": "stop"}', 1, '`onExhausted`: "stop" is not allowed. Give repeat or cycle or error.'],
  ['{"pace": 2}', 1, '`pace`: 2 is not allowed. Give a text.'],
  ['{"maxGap": -1}', 1, '`maxGap`: -1 is not allowed. Give a number of milliseconds.'],
  ['{"startupGap": "1"}', 1, '`startupGap`: "1" is not allowed. Give a number of milliseconds.'],
  ['{"strict": "yes"}', 1, '`strict`: "yes" is not allowed. Give true or false.'],
  ['{"journalDir": ""}', 1, '`journalDir`: "" is not allowed. Give the path of a file.'],
  ['{\n"recordings": ["a"]}', 2, '`recordings`: it is no text. Give a path.'],
  ['{"recordings": ""}', 1, '`recordings`: it is no text. Give a path.'],
  ['{"recordings": null}', 1, '`recordings`: it is no text. Give a path.'],
  ['{\n"bundles": "oci://host/name:1"}', 2, '`bundles`: it is no list of texts. Give references.'],
  ['{"bundles": [1]}', 1, '`bundles`: it is no list of texts. Give references.'],
  ['{"strict": true,\n"$schema": 1}', 2, '`$schema`: it is no text. Give a path.'],
  ['{"strict": true,\n"ignored": []}', 2, `the options: there is no option \`ignored\`. ${listed}`],
  ['{"mode": "tcp"}', 1, `the options: there is no option \`mode\`. ${listed}`],
  ['{"max-gap": 1}', 1, `the options: there is no option \`max-gap\`. ${listed}`],
  ['{"strict": true,\n"__proto__": {}}', 2, `the options: there is no option \`__proto__\`. ${listed}`],
  ['{"constructor": 1}', 1, `the options: there is no option \`constructor\`. ${listed}`],
  ['[]', 1, 'it is no JSON object. Write one, such as {"ignore": []}.'],
  ['null', 1, 'it is no JSON object. Write one, such as {"ignore": []}.'],
])('%j is refused in words, with its line', (content, line, reason) => {
  expect(refusalOf(content)).toEqual({ text: `Failed to read FILE:${line}: ${reason}`, line, code: 'usage' });
});

test.each([
  ['{"recordings": "pace",\n"pace": 1}', 2],
  ['{"ignore": ["strict"],\n\n"strict": 1}', 3],
  ['{"onMiss": "order",\n"order": "none"}', 1],
])('the line of %j is that of the key, not of a text that reads the same', (content, line) => {
  expect(refusalOf(content).line).toBe(line);
});

test.each([
  ['', 1],
  ['{', 1],
  ['{\n"ignore": [', 2],
  ['{\n"strict": true,\n}\n', 3],
  ['{\n"strict": true\n"pace": "2x"\n}', 3],
  ['{\n"a": x\n}\n', 2],
  ['{\n"strict": tru\n}', 2],
  ['{\n"maxGap": -\n}', 2],
  ['{\n"pace": "\\\n"}', 2],
  ['// ignored\n{}', 1],
  ['{"strict": true}\n\n}', 3],
  ['{"pace": "2x\n"}', 1],
  ['{"x": 1,\n"a": x}', 2],
])('%j is no JSON, and the line says where', (content, line) => {
  expect(refusalOf(content)).toEqual({
    text: `Failed to read FILE:${line}: it is not valid JSON. Mend it.`,
    line,
    code: 'usage',
  });
});

test('the line of what is no JSON is right wherever that is', () => {
  const line = fc.constantFrom(
    '"pace": "2x",',
    '"maxGap": 10,',
    '',
    '"ignore": ["/request/x"],',
    '"match": ["?", "x"],',
  );
  const bad = fc.constantFrom(
    'x',
    '?',
    "'a': 1,",
    '// comment',
    '"a": x,',
    '"a": tru,',
    '"a" 1,',
    '"a": [1,],',
    ',',
    '"a": 01,',
  );
  const file = makeConfig('');
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), bad, fc.array(line, { maxLength: 6 }), (before, wrong, after) => {
      writeFileSync(file, ['{', ...before, wrong, ...after, '"strict": true', '}'].join('\n'));
      expect(refusalOf('', file).line).toBe(before.length + 2);
    }),
    { numRuns: 500 },
  );
});

test('a name with what String.replace would take for a pattern is told as it is', () => {
  const file = makeFile('{"pace": 1}', "$&-$1-$`-$'.json");
  expect(refusalOf('', file).text).toBe('Failed to read FILE:1: `pace`: 1 is not allowed. Give a text.');
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

test("another program's bundle.json makes no bundle of a project", () => {
  const root = makeTree('.git/', 'reprise.config.json', 'bundle.json', 'r/');
  expect(findProjectConfig(join(root, 'r'))).toBe(join(root, 'reprise.config.json'));
});

test('a file that is missing, a folder or larger than 1 MiB is refused in words', () => {
  const missing = join(makeFolder(), configName);
  expect(refusalOf('', missing)).toEqual({
    text: 'Failed to read FILE: there is no such file. Check `--config`.',
    line: undefined,
    code: 'not-found',
  });
  expect(refusalOf('', makeFolder())).toEqual({
    text: 'Failed to read FILE: it is a folder. Name a configuration.',
    line: undefined,
    code: 'usage',
  });
  const padded = (size: number): string => `{}${' '.repeat(size - 2)}`;
  expect(read(makeConfig(padded(1 << 20))).options).toEqual({});
  expect(refusalOf(padded((1 << 20) + 1)).text).toBe(
    'Failed to read FILE: it is larger than 1 MiB. Name a configuration.',
  );
});

test('bundles are named by references, and recordings may be one', () => {
  const [bundle, recordings] = ['https://host/x.tgz', 'oci://host/name:1'];
  const file = makeConfig(JSON.stringify({ bundles: [bundle], recordings }));
  expect(read(file)).toEqual({ file, bundles: [bundle], recordings, options: {} });
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
