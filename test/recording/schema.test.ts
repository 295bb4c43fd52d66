import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEnvelope } from '../../src/recording/envelope.ts';
import { parseHeader } from '../../src/recording/header.ts';
import { openRecording } from '../../src/recording/recording-reader.ts';
import { createJsonSchema, headerSchema, lineSchema } from '../../src/recording/schema.ts';
import { makeFile } from '../support/files.ts';
import { root } from '../support/run.ts';
import { shippedSchema } from '../support/schemas.ts';

const isHeaderByJsonSchema = shippedSchema('recording', 'header');
const isLineByJsonSchema = shippedSchema('recording', 'line');

/** Who takes a line. */
interface Verdict {
  reader: boolean;
  zod: boolean;
  jsonSchema: boolean;
}

function judgeLine(text: string | Buffer): Verdict {
  const bytes = Buffer.from(text);
  const reader = typeof parseEnvelope(bytes, { line: 2, base: 0 }, true) !== 'string';
  const value = parseJson(bytes);
  if (value === undefined) return { reader, zod: false, jsonSchema: false };
  return { reader, zod: lineSchema.safeParse(value).success, jsonSchema: isLineByJsonSchema(value) };
}

function judgeHeader(text: string): Verdict {
  const value = parseJson(Buffer.from(text));
  const zod = value !== undefined && headerSchema.safeParse(value).success;
  return { reader: isHeader(text), zod, jsonSchema: value !== undefined && isHeaderByJsonSchema(value) };
}

function isHeader(text: string): boolean {
  try {
    parseHeader(text, 'file');
    return true;
  } catch {
    // Refused, for whatever reason.
    return false;
  }
}

/** JSON in UTF-8, as every reader of a schema has it before it. */
function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    // Neither can be shown to a schema.
    return undefined;
  }
}

const taken: Verdict = { reader: true, zod: true, jsonSchema: true };
const refused: Verdict = { reader: false, zod: false, jsonSchema: false };
const sha = 'a'.repeat(64);

test.each([
  '{"at":0,"from":"client","message":{}}',
  '{"at":0.412,"from":"plugin","message":{"invoke_id":"","type":"info","response":{"info":"loading plugin"}}}',
  '{"at":1e3,"from":"plugin","message":null}',
  '{"at":1,"from":"plugin","message":1e400}',
  '{"at":1,"from":"plugin","message":[1,"two",{"message":3}]}',
  '{"at":1,"from":"plugin","message":"text"}',
  '{"at":1,"from":"plugin","message":false}',
  '{"at":1,"from":"plugin","connection":1,"message":{}}',
  '{"at":1,"from":"plugin","connection":9007199254740991,"message":{}}',
  '{"at":1,"from":"plugin","connection":1.0,"message":{}}',
  '{"at":1,"from":"plugin","stream":"stderr","text":"WARNING"}',
  '{"at":1,"from":"plugin","part":true,"text":"{\\"a"}',
  '{"at":1,"from":"client","eol":"","message":{}}',
  '{"at":1,"from":"client","eol":"\\r\\n","message":{}}',
  '{"at":1,"from":"client","text":""}',
  '{"at":1,"from":"client","text":"\\ud800"}',
  '{"at":1,"from":"client","base64":""}',
  '{"at":1,"from":"client","base64":"/w=="}',
  '{"at":1,"from":"client","base64":"//8="}',
  '{"at":1,"from":"client","base64":"////"}',
  '{"at":1,"from":"plugin","connection":2,"stream":"stderr","part":true,"eol":"\\r\\n","text":"all keys"}',
  '{ "at" : 1 , "from" : "client" , "message" : {"a":1} }',
  '{"from":"client","at":1,"message":{}}',
  '{"at":1,"from":"client","new":[1],"message":{}}',
  '{"at":1,"event":"connect","connection":1}',
  '{"at":1,"event":"connect","connection":1,"address":"127.0.0.1"}',
  '{"at":1,"event":"disconnect","connection":3,"from":"plugin","reset":false}',
  '{"at":1,"event":"disconnect","connection":3}',
  '{"at":1,"event":"eof","from":"client","stream":"stdin"}',
  '{"at":1,"event":"eof","from":"client","connection":2}',
  '{"at":1,"event":"signal","from":"client","signal":"SIGTERM"}',
  '{"at":1,"event":"exit","code":0}',
  '{"at":1,"event":"exit","code":-1}',
  '{"at":1,"event":"exit","signal":"SIGKILL"}',
  '{"at":1,"event":"exit","code":1,"signal":"SIGKILL"}',
  '{"at":1,"event":"about"}',
  '{"at":1,"event":"about","transport":"tcp","response_format":"text"}',
  '{"at":1,"event":"about","plugin":{"author":"a","name":"b","version":"1","sha256":"x"},"program":{"name":"dify"}}',
  `{"at":1,"event":"end","reason":"plugin-exited","lines":17,"sha256":"${sha}"}`,
  `{"event":"end","at":1,"reason":"","lines":1,"sha256":"${sha}","invocations":3}`,
  '{"at":1,"event":"of a later version"}',
  '{"at":1,"event":"ending","lines":"many"}',
  '{"at":1,"event":""}',
  '{"at":1,"event":"later","message":{},"more":1}',
])('the reader and the schemas take %s', (line) => {
  expect(judgeLine(line)).toEqual(taken);
});

test.each([
  '',
  '{}',
  '[]',
  'null',
  '1',
  '"text"',
  '{"at":1',
  '{"at":1,"from":"client","message":{}',
  '{"at":1,"from":"client","message":{a}}',
  '{"at":1,"from":"client","message":{}}}',
  '{"at":1,"from":"client","message":{}},',
  '{"at":007,"from":"client","message":{}}',
  '{"at":+1,"from":"client","message":{}}',
  '{"at":-1,"from":"client","message":{}}',
  '{"at":"1","from":"client","message":{}}',
  '{"at":null,"from":"client","message":{}}',
  '{"at":1e999,"from":"client","message":{}}',
  '{"from":"client","message":{}}',
  '{"at":1,"message":{}}',
  '{"at":1,"from":"server","message":{}}',
  '{"at":1,"from":"client"}',
  '{"at":1,"from":"client","connection":0,"message":{}}',
  '{"at":1,"from":"client","connection":1.5,"message":{}}',
  '{"at":1,"from":"client","connection":"1","message":{}}',
  '{"at":1,"from":"client","connection":null,"message":{}}',
  '{"at":1,"from":"client","connection":9007199254740992,"message":{}}',
  '{"at":1,"from":"plugin","stream":"stdout","message":{}}',
  '{"at":1,"from":"plugin","part":false,"text":""}',
  '{"at":1,"from":"plugin","part":1,"text":""}',
  '{"at":1,"from":"plugin","eol":"\\n","message":{}}',
  '{"at":1,"from":"plugin","eol":null,"message":{}}',
  '{"at":1,"from":"plugin","text":1}',
  '{"at":1,"from":"plugin","text":null}',
  '{"at":1,"from":"plugin","text":"a\tb"}',
  '{"at":1,"from":"plugin","base64":"/w="}',
  '{"at":1,"from":"plugin","base64":"/x=="}',
  '{"at":1,"from":"plugin","base64":"_w=="}',
  '{"at":1,"from":"plugin","base64":" /w=="}',
  '{"at":1,"from":"plugin","base64":"/w==\\n"}',
  '{"at":1,"from":"plugin","base64":[]}',
  '{"at":1,"from":"plugin","text":"a","message":{}}',
  '{"at":1,"from":"plugin","base64":"","text":"a"}',
  '{"at":1,"from":"plugin","event":1,"message":{}}',
  '{"at":1,"event":1}',
  '{"at":1,"event":null}',
  '{"event":"connect","connection":1}',
  '{"at":-1,"event":"about"}',
  '{"at":1,"event":"connect"}',
  '{"at":1,"event":"connect","connection":"1"}',
  '{"at":1,"event":"disconnect","from":"client"}',
  '{"at":1,"event":"disconnect","connection":1,"reset":1}',
  '{"at":1,"event":"disconnect","connection":1,"from":"server"}',
  '{"at":1,"event":"eof"}',
  '{"at":1,"event":"eof","from":"client","stream":"stdlog"}',
  '{"at":1,"event":"signal","from":"client"}',
  '{"at":1,"event":"signal","signal":"SIGTERM"}',
  '{"at":1,"event":"exit"}',
  '{"at":1,"event":"exit","code":"0"}',
  '{"at":1,"event":"exit","code":0.5}',
  '{"at":1,"event":"exit","code":null,"signal":"SIGKILL"}',
  '{"at":1,"event":"about","transport":"udp"}',
  '{"at":1,"event":"about","response_format":"yaml"}',
  '{"at":1,"event":"about","plugin":"time"}',
  '{"at":1,"event":"about","plugin":{"version":1}}',
  '{"at":1,"event":"end"}',
  `{"at":1,"event":"end","reason":"x","lines":0,"sha256":"${sha}"}`,
  `{"at":1,"event":"end","reason":"x","lines":1,"sha256":"${sha.toUpperCase()}"}`,
  `{"at":1,"event":"end","reason":"x","lines":1,"sha256":"${sha.slice(1)}"}`,
  `{"at":1,"event":"end","reason":1,"lines":1,"sha256":"${sha}"}`,
  '\ufeff{"at":1,"event":"about"}',
])('the reader and the schemas refuse %s', (line) => {
  expect(judgeLine(line)).toEqual(refused);
});

test('the reader and the schemas refuse bytes that are not UTF-8', () => {
  expect(judgeLine(Buffer.from('{"at":1,"from":"client","text":"\xff"}', 'latin1'))).toEqual(refused);
});

// A schema sees a value, not its text.
test.each([
  ['a payload that is not the last key', '{"at":1,"from":"client","message":{},"new":1}'],
  ['a payload that is first', '{"message":{},"at":1,"from":"client"}'],
  ['a payload that stands there twice', '{"at":1,"from":"client","message":{},"message":{}}'],
  ['a payload whose key is written with an escape', '{"at":1,"from":"client","mess\\u0061ge":{}}'],
])('only the reader sees %s', (_what, line) => {
  expect(judgeLine(line)).toEqual({ reader: false, zod: true, jsonSchema: true });
});

const goodHeader = {
  format: 'reprise',
  version: 1,
  recorded_at: '2026-11-22T08:00:00.000Z',
  command: ['dify'],
  recorder: { name: 'reprise', version: '0.1.0', node: 'v20', platform: 'linux-x64' },
};

test.each([{}, { command: [] }, { version: 1, new: { a: 1 } }, { recorder: { ...goodHeader.recorder, new: 1 } }])(
  'the reader and the schemas take a header with %j',
  (change) => {
    expect(judgeHeader(JSON.stringify({ ...goodHeader, ...change }))).toEqual(taken);
  },
);

test.each([
  { format: 'other' },
  { format: undefined },
  { version: 0 },
  { version: 2 },
  { version: 1.5 },
  { version: '1' },
  { version: undefined },
  { recorded_at: 1 },
  { recorded_at: undefined },
  { command: 'dify' },
  { command: [1] },
  { command: undefined },
  { recorder: 'reprise' },
  { recorder: [] },
  { recorder: { ...goodHeader.recorder, node: 20 } },
  { recorder: { ...goodHeader.recorder, platform: undefined } },
])('the reader and the schemas refuse a header with %o', (change) => {
  expect(judgeHeader(JSON.stringify({ ...goodHeader, ...change }))).toEqual(refused);
});

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
    sha,
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
