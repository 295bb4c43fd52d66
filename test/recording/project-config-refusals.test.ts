import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { configName } from '../../src/recording/project-config.ts';
import { makeConfig, readWhole, refusalOf } from '../support/configs.ts';
import { makeFile, makeFolder } from '../support/files.ts';

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
  expect(readWhole(makeConfig(padded(1 << 20))).options).toEqual({});
  expect(refusalOf(padded((1 << 20) + 1)).text).toBe(
    'Failed to read FILE: it is larger than 1 MiB. Name a configuration.',
  );
});
