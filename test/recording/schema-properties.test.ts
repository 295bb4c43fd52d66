import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openRecording } from '../../src/recording/recording-reader.ts';
import { createJsonSchema } from '../../src/recording/schema.ts';
import { makeFile } from '../support/files.ts';
import { root } from '../support/run.ts';
import { judgeHeader, judgeLine, refused, taken } from '../support/verdicts.ts';

const oddValue = fc.oneof(
  fc.constantFrom<unknown>(
    'client',
    'plugin',
    'stderr',
    'stdin',
    '',
    '\n',
    '\r\n',
    '/w==',
    'a'.repeat(64),
    0,
    1,
    -1,
    1.5,
    true,
    false,
    null,
    2 ** 53,
    [],
    {},
    { name: 'time' },
  ),
  fc.jsonValue({ maxDepth: 1 }),
);
const name = fc.constantFrom('connect', 'disconnect', 'eof', 'signal', 'exit', 'about', 'end', 'later', 1, null);
const fields = fc.record(
  {
    at: fc.oneof({ weight: 5, arbitrary: fc.double({ min: 0, max: 1e9, noNaN: true }) }, oddValue),
    from: fc.oneof({ weight: 5, arbitrary: fc.constantFrom('client', 'plugin') }, oddValue),
    event: name,
    connection: fc.oneof({ weight: 5, arbitrary: fc.nat(3) }, oddValue),
    stream: fc.oneof(fc.constantFrom('stdin', 'stdout', 'stderr'), oddValue),
    part: fc.oneof(fc.constant(true), oddValue),
    eol: fc.oneof(fc.constantFrom('', '\r\n'), oddValue),
    code: oddValue,
    signal: oddValue,
    reset: oddValue,
    transport: fc.constantFrom('stdio', 'tcp', 'udp', 1),
    response_format: fc.constantFrom('json', 'text', 'yaml', null),
    plugin: oddValue,
    program: oddValue,
    reason: oddValue,
    lines: oddValue,
    sha256: oddValue,
  },
  { requiredKeys: [] },
);
// A payload comes last, as in every line that is written; the other order is for the reader alone.
const payload = fc.oneof(
  fc.record({ message: fc.jsonValue() }),
  fc.record({ text: fc.oneof(fc.string({ unit: 'binary' }), oddValue) }),
  fc.record({ base64: fc.oneof(fc.base64String(), fc.string(), oddValue) }),
  fc.constant({}),
);

test('the reader and the schemas are of one mind on generated lines', () => {
  const seen = { taken: 0, refused: 0 };
  fc.assert(
    fc.property(
      fields,
      fc.subarray(['stream', 'part', 'eol', 'connection', 'event', 'from', 'at']),
      payload,
      (all, dropped, last) => {
        const kept = Object.entries(all).filter(([key]) => !dropped.includes(key));
        const verdict = judgeLine(JSON.stringify({ ...Object.fromEntries(kept), ...last }));
        seen[verdict.reader ? 'taken' : 'refused']++;
        expect(verdict).toEqual(verdict.reader ? taken : refused);
      },
    ),
    { numRuns: 3000 },
  );
  expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(100);
});

test('the reader and the schemas take every line of the recordings that ship', () => {
  const folder = join(root, 'test/fixtures/recordings');
  for (const name of readdirSync(folder)) {
    const [first = '', ...lines] = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
    expect(judgeHeader(first)).toEqual(taken);
    expect(lines.map(judgeLine)).toEqual(lines.map(() => taken));
  }
});

test('the reader and the schemas are of one mind on a file in which a byte was changed', async () => {
  const whole = readFileSync(join(root, 'test/fixtures/recordings/regex.jsonl'));
  const file = makeFile(whole);
  const seen = new Set<boolean>();
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 0x20, max: 0x7e }), async (offset, byte) => {
      const changed = Buffer.from(whole);
      changed[offset] = byte;
      writeFileSync(file, changed);
      const isWhole = await isReadWhole(file);
      const [first = '', ...rest] = changed.toString('latin1').replace(/\n$/, '').split('\n');
      const lines = rest.map((line) => Buffer.from(line, 'latin1'));
      seen.add(isWhole);
      expect(isWhole).toBe(judgeHeader(first).zod && lines.every((line) => judgeLine(line).zod));
    }),
    { numRuns: 500 },
  );
  expect(seen.size).toBe(2);
});

async function isReadWhole(file: string): Promise<boolean> {
  try {
    const reader = await openRecording(file, { strict: true });
    while (reader.scan(() => undefined));
    reader.close();
    return reader.truncatedBytes === 0;
  } catch {
    // Refused, for whatever reason.
    return false;
  }
}

test('a line broken at any byte is refused by the reader and the schemas alike', () => {
  const lines = readFileSync(join(root, 'test/fixtures/recordings/regex.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(-6);
  for (const line of lines)
    for (let end = 0; end < line.length; end++) expect(judgeLine(line.slice(0, end))).toEqual(refused);
});

test('the JSON Schema that is shipped is made of the zod schema', () => {
  const shipped: unknown = JSON.parse(readFileSync(join(root, 'schema/recording.schema.json'), 'utf8'));
  expect(shipped).toEqual(JSON.parse(JSON.stringify(createJsonSchema())));
});
