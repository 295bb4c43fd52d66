import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { RepriseError } from '../../src/foundation/reprise-error.ts';
import type { RecordedLine } from '../../src/recording/recorded-line.ts';
import type { RecordingReader } from '../../src/recording/recording-reader.ts';
import { openRecording } from '../../src/recording/recording-reader.ts';
import { makeFile, makeFolder } from '../support/files.ts';
import { client, event, header, plugin, ready, renderRecording } from '../support/recordings.ts';
import { readSession } from '../support/writing.ts';

const said = [plugin(1, ready), client(2, '{"a":1}'), client(3, 'not json é'), event(4, 'exit', { code: 0 })];

/** Everything in the file, payloads as text. */
async function readAll(file: string, strict = false): Promise<{ reader: RecordingReader; texts: string[] }> {
  const reader = await openRecording(file, { strict });
  const lines: RecordedLine[] = [];
  while (reader.scan((line) => lines.push(line)));
  const texts = lines.map((line) => (line.kind === 'event' ? line.event : reader.readPayload(line).toString()));
  reader.close();
  return { reader, texts };
}

async function failureOf(file: string, strict = false): Promise<RepriseError> {
  try {
    await readAll(file, strict);
  } catch (error) {
    if (error instanceof RepriseError) return error;
    throw error;
  }
  throw new Error('it was read');
}

test('reads a recording packed with gzip as the plain one', async () => {
  const text = renderRecording(said);
  const plain = await readAll(makeFile(text));
  const packed = await readAll(makeFile(gzipSync(text), 'recording.jsonl.gz'));
  expect(packed.texts).toEqual([ready, '{"a":1}', 'not json é', 'exit']);
  expect(packed.texts).toEqual(plain.texts);
  expect([packed.reader.size, packed.reader.lines]).toEqual([plain.reader.size, 5]);
});

test('reads a packed recording whose lines repeat themselves as much as gzip allows', async () => {
  const text = renderRecording([...said, client(9, 'x'.repeat(15 << 20))]);
  const { texts } = await readAll(makeFile(gzipSync(text, { level: 9 }), 'recording.jsonl.gz'));
  expect(texts.at(-1)).toHaveLength(15 << 20);
});

test('says that packed data is broken', async () => {
  const packed = gzipSync(renderRecording(said));
  const file = makeFile(packed.subarray(0, packed.length - 9), 'cut.jsonl.gz');
  expect((await failureOf(file)).message).toBe(
    `Failed to unpack ${file}: unexpected end of file. Give an intact .jsonl.gz, or the .jsonl itself.`,
  );
});

test.each([
  ['in the middle of a line', '{"at":9,"from":"client","mess', 29],
  ['in the middle of a character', Buffer.from('{"at":9,"from":"client","text":"\u00e9').subarray(0, -1), 33],
  ['behind a brace that is not its last', '{"at":9,"from":"client","message":{"a":{}}', 42],
])('skips a last line that was cut off %s', async (_, rest, size) => {
  const file = makeFile(renderRecording(said));
  appendFileSync(file, rest);
  const { reader, texts } = await readAll(file);
  expect(texts).toHaveLength(4);
  expect([reader.truncatedBytes, reader.lines]).toEqual([size, 5]);
});

test('keeps a last line that is whole but for its newline', async () => {
  const { reader, texts } = await readAll(makeFile(renderRecording(said).trimEnd()));
  expect(texts).toEqual([ready, '{"a":1}', 'not json é', 'exit']);
  expect(reader.truncatedBytes).toBe(0);
});

test('reads a file of nothing but its header, with or without a newline', async () => {
  for (const text of [header, `${header}\n`]) expect((await readAll(makeFile(text))).texts).toEqual([]);
});

test('reads a file with the line endings of Windows', async () => {
  const { texts } = await readAll(makeFile(renderRecording(said).replaceAll('\n', '\r\n')));
  expect(texts).toEqual([ready, '{"a":1}', 'not json é', 'exit']);
});

test('gives the bytes of a line when the file has long been read past it', async () => {
  const many = Array.from({ length: 4000 }, (_, index) => client(index, `{"n":${index},"text":"${'é'.repeat(200)}"}`));
  const reader = await openRecording(makeFile(renderRecording(many)));
  const lines: RecordedLine[] = [];
  while (reader.scan((line) => lines.push(line)));
  for (const index of [0, 1999, 3999]) {
    const line = lines[index];
    if (line?.kind !== 'message') throw new Error('it is no message');
    expect(line.line).toBe(index + 2);
    expect(JSON.parse(reader.readPayload(line).toString())).toMatchObject({ n: index });
  }
  expect(reader.position).toBe(reader.size);
  reader.close();
});

test.each([
  ['an empty line', ''],
  ['a line that is not JSON', '{"at":5,'],
  ['a line without a time', '{"from":"client","message":{}}'],
])('names file and line of %s in the middle', async (_, broken) => {
  const lines = renderRecording(said).split('\n');
  const file = makeFile([...lines.slice(0, 2), broken, ...lines.slice(2)].join('\n'));
  const error = await failureOf(file);
  expect(error).toMatchObject({ code: 'broken-line', file, line: 3, exitStatus: 2 });
  expect(error.message).toMatch(
    /^Failed to read .*recording\.jsonl:3: .*\. Mend or remove that line, or record again\.$/,
  );
});

const padding = Array.from({ length: 3000 }, (_, index) => client(index, `{"n":"${'x'.repeat(400)}"}`));

test('finds a broken message beyond the first MiB only where it is strict', async () => {
  const file = makeFile(`${renderRecording(padding)}{"at":9000,"from":"client","message":{broken}}\n`);
  expect((await readAll(file)).texts.at(-1)).toBe('{broken}');
  const error = await failureOf(file, true);
  expect(error.message).toBe(
    `Failed to read ${file}:3002: it is not valid JSON. Mend or remove that line, or record again.`,
  );
});

test('finds a broken envelope beyond the first MiB in any case', async () => {
  const file = makeFile(`${renderRecording(padding)}{"at":9000,"from":"nobody","message":{}}\n`);
  expect(await failureOf(file)).toMatchObject({ code: 'broken-line', line: 3002 });
});

test.each(['{"at":9000,"from":"client","text":"a}', '{"at":9000,"from":"client","base64":5}'])(
  'reports the broken payload of %s beyond the first MiB as a broken line when it is read',
  async (line) => {
    expect(await failureOf(makeFile(`${renderRecording(padding)}${line}\n`))).toMatchObject({ code: 'broken-line' });
  },
);

test('refuses a newer version', async () => {
  const file = makeFile(`${header.replace('"version":1', '"version":2')}\n`);
  const error = await failureOf(file);
  expect(error).toMatchObject({ code: 'newer-version', file, line: 1 });
  expect(error.message).toBe(
    `Failed to read ${file}: it has format version 2, and this reprise reads up to 1. Update reprise.`,
  );
});

test.each([
  ['a text', 'hello\n'],
  ['another JSON Lines file', '{"invoke_id":"","type":"info"}\n'],
  ['a header that was cut off', header.slice(0, 60)],
  ['bytes', Buffer.from([0, 1, 2, 0xff])],
  ['a list', '[{"format":"reprise"}]\n'],
])('says that %s is not a recording', async (_, content) => {
  const file = makeFile(content);
  const error = await failureOf(file);
  expect(error).toMatchObject({ code: 'not-a-recording', file, exitStatus: 2 });
  expect(error.message).toBe(
    `Failed to read ${file}: it is not a recording (line 1 is not a reprise header). Give a file made by \`reprise record\`.`,
  );
});

test.each([
  ['version', '"version":1', '"version":"1"'],
  ['version', '"version":1', '"version":0'],
  ['recorded_at', '"recorded_at"', '"recorded"'],
  ['command', '["dify","plugin","run","x.difypkg"]', '"dify"'],
  ['command', '["dify","plugin","run","x.difypkg"]', '["dify",1]'],
  ['recorder', '"node":"v20.20.2",', ''],
])('names the field %s of a header that has %s as %s', async (field, from, to) => {
  const file = makeFile(`${header.replace(from, to)}\n`);
  const error = await failureOf(file);
  expect(error.message).toBe(
    `Failed to read ${file}:1: \`${field}\` of the header is missing or of a wrong type. Restore the file, or record it again.`,
  );
});

test('keeps what else stands in a header', async () => {
  const { reader } = await readAll(makeFile(`${header.slice(0, -1)},"note":{"a":1}}\n`));
  expect(reader.header).toEqual({ ...(JSON.parse(header) as object), note: { a: 1 } });
});

test('says that a file is missing', async () => {
  const file = join(makeFolder(), 'none.jsonl');
  expect((await failureOf(file)).message).toBe(
    `Failed to open ${file}: there is no such file. Check the path, or make it with \`reprise record\`.`,
  );
});

test('says that a file is empty', async () => {
  const file = makeFile('');
  expect((await failureOf(file)).message).toBe(
    `Failed to read ${file}: it is empty. Give a file made by \`reprise record\`.`,
  );
});

test('says that a folder is no file', async () => {
  const folder = join(makeFolder(), 'folder.jsonl');
  mkdirSync(folder);
  expect((await failureOf(folder)).message).toMatch(/^Failed to open .*: it is a folder\. Name a file in it\.$/);
});

test('reads a line that is longer than what is read at once', async () => {
  const file = makeFile(renderRecording([client(1, `{"a":"${'é'.repeat(3 << 20)}"}`), ...said]));
  const { bytes } = await readSession(file);
  expect(bytes.map(({ length }) => length)).toEqual([8 + 1 + (6 << 20), ready.length + 1, 8, 12, 0]);
  expect(readFileSync(file).includes(bytes[0]?.subarray(0, -1) ?? '')).toBe(true);
});

test('sees what a recorder has appended since', async () => {
  const file = makeFile(renderRecording(said));
  const reader = await openRecording(file);
  const lines: RecordedLine[] = [];
  reader.scan((line) => lines.push(line));
  writeFileSync(file, `${JSON.stringify({ at: 9, event: 'new' })}\n`, { flag: 'a' });
  while (reader.scan((line) => lines.push(line)));
  expect(lines).toHaveLength(5);
  reader.close();
});
