import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { longestPart } from '../../src/recording/line-encoder.ts';
import type { LineSink } from '../../src/recording/line-joiner.ts';
import { LineJoiner } from '../../src/recording/line-joiner.ts';
import { cutAt, cuts, lineBytes } from '../support/chunks.ts';
import type { Fed } from '../support/writing.ts';
import { bytesOf, channels, header, readSession, writeSession } from '../support/writing.ts';

/** Lines that a sloppy codec would change. */
const tricky = [
  '{"a": 1 ,\t"b":[ ] }',
  '{"a":1,"a":2}',
  '{"n":12345678901234567890,"m":1e400,"o":1.0,"p":-0}',
  '"\\ud800"',
  '{"text":"\\u2028\u2028 \\/ \\u003c <"}',
  '\uFEFF{"a":1}',
  '{"message":{"message":1},"text":"}"}',
  'null',
  ' 5 ',
  'raw \r inside',
  '{"a":"raw \r"}',
  '\0',
  '',
  ' ',
  '{"__proto__":1}',
  '{"open":',
];
const line = fc.oneof(
  fc.constantFrom(...tricky).map((text) => Buffer.from(text)),
  fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
  lineBytes,
  fc.constantFrom(Buffer.from([0xff]), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from([0x22, 0xc3, 0x28, 0x22])),
);
const bytes = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\n', '\r\n', '')), { maxLength: 8 })
  .map((lines) => Buffer.concat(lines.flatMap(([content, ending]) => [content, Buffer.from(ending)])));

test('gives back each byte of each channel, however it was cut and interleaved', async () => {
  const session = fc.array(fc.tuple(bytes, cuts), { minLength: channels.length, maxLength: channels.length });
  await fc.assert(
    fc.asyncProperty(session, fc.infiniteStream(fc.nat()), async (sides, random) => {
      const waiting = sides.map(([all, places]) => cutAt(all, places));
      const fed: Fed[] = [];
      while (waiting.some((chunks) => chunks.length > 0)) {
        const open = waiting.flatMap((chunks, channel) => (chunks.length > 0 ? [channel] : []));
        const channel = open[(random.next().value ?? 0) % open.length] ?? 0;
        fed.push({ channel, bytes: waiting[channel]?.shift() ?? Buffer.alloc(0) });
      }
      const read = await readSession(await writeSession(fed), true);
      for (const channel of channels.keys()) {
        expect(bytesOf(channel, read).toString('latin1')).toBe(sides[channel]?.[0].toString('latin1'));
      }
      const times = read.lines.map(({ at }) => at);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }),
    { numRuns: 150 },
  );
});

test.each(tricky)('keeps the line %j to the byte, JSON as a message and all else as text', async (text) => {
  const read = await readSession(await writeSession([{ channel: 1, bytes: Buffer.from(`${text}\n`) }]), true);
  expect(bytesOf(1, read).toString()).toBe(`${text}\n`);
  expect(read.lines[0]).toMatchObject({ payload: isJson(text) ? 'message' : 'text', eol: '\n' });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test.each([
  ['bytes that are not UTF-8 as base64', Buffer.from([0x22, 0xff, 0x22]), { payload: 'base64' }],
  ['a surrogate in UTF-8 as base64', Buffer.from([0xed, 0xa0, 0x80]), { payload: 'base64' }],
  ['a CRLF by its ending', Buffer.from('{}\r'), { payload: 'message', eol: '\r\n' }],
  ['an empty CRLF line', Buffer.from('\r'), { payload: 'text', eol: '\r\n', length: 2 }],
  ['a second carriage return in the line', Buffer.from('a\r\r'), { payload: 'text', eol: '\r\n' }],
])('keeps %s', async (_, content, expected) => {
  const all = Buffer.concat([content, Buffer.from('\n')]);
  const read = await readSession(await writeSession([{ channel: 0, bytes: all }]), true);
  expect(read.lines[0]).toMatchObject(expected);
  expect(bytesOf(0, read)).toEqual(all);
});

test('keeps stderr as text even where it is JSON', async () => {
  const read = await readSession(await writeSession([{ channel: 2, bytes: Buffer.from('{"a":1}\n') }]), true);
  expect(read.lines[0]).toMatchObject({ payload: 'text', stderr: true });
});

test('writes the header first, and seals the file with the count and the digest of all before', async () => {
  const fed: Fed[] = [
    { channel: 0, bytes: Buffer.from('{"a":1}\n') },
    { channel: 1, bytes: Buffer.from('é\r\nrest') },
    { channel: 0, event: 'new' },
    { channel: 3, bytes: Buffer.from('{}\n') },
  ];
  const text = readFileSync(await writeSession(fed), 'utf8');
  const lines = text.trimEnd().split('\n');
  expect(JSON.parse(lines[0] ?? '')).toEqual(header);
  expect(lines.slice(1)).toEqual([
    '{"at":0.7,"from":"client","message":{"a":1}}',
    '{"at":1.4,"from":"plugin","eol":"\\r\\n","text":"é"}',
    '{"at":2.1,"event":"new","channel":0}',
    '{"at":2.8,"from":"client","connection":2,"message":{}}',
    '{"at":2.8,"from":"plugin","eol":"","text":"rest"}',
    lines.at(-1),
  ]);
  const body = text.slice(0, text.lastIndexOf('{"at":'));
  expect(JSON.parse(lines.at(-1) ?? '')).toEqual({
    at: 3.8,
    event: 'end',
    reason: 'plugin-exited',
    lines: lines.length - 1,
    sha256: createHash('sha256').update(body).digest('hex'),
  });
});

test('seals a session of megabytes with the right digest', async () => {
  const message = Buffer.from(`{"a":"${'x'.repeat(99_990)}"}\n`);
  const fed = Array.from({ length: 80 }, (_, index) => ({ channel: index % 2, bytes: message }));
  const text = readFileSync(await writeSession(fed));
  const cut = text.lastIndexOf('\n', text.length - 2) + 1;
  expect(JSON.parse(text.toString('utf8', cut))).toMatchObject({
    lines: 81,
    sha256: createHash('sha256').update(text.subarray(0, cut)).digest('hex'),
  });
});

test('keeps a line over 16 MiB in parts of 16 MiB', async () => {
  const long = Buffer.alloc(20_000_000, 'é{"x":\r'); // the cuts come inside characters
  const chunks = Array.from({ length: Math.ceil(long.length / 65_536) }, (_, index) =>
    long.subarray(index * 65_536, (index + 1) * 65_536),
  );
  const fed = [...chunks, Buffer.from('\r\nnext\n')].map((chunk) => ({ channel: 1, bytes: chunk }));
  const told: (number | undefined)[] = [];
  const read = await readSession(await writeSession(fed, { onLine: (_channel, whole) => told.push(whole?.length) }));
  expect(bytesOf(1, read).equals(Buffer.concat(fed.map((piece) => piece.bytes)))).toBe(true);
  const messages = read.lines.filter((one) => one.kind === 'message');
  expect(messages.map(({ part, eol }) => [part, eol])).toEqual([
    [true, '\n'],
    [false, '\r\n'],
    [false, '\n'],
  ]);
  expect(read.bytes[0]).toHaveLength(longestPart);
  expect(told).toEqual([undefined, 5]);
});

test.each([
  [
    'exactly a part, with its newline behind it',
    [longestPart, 1],
    [
      [longestPart, 'more'],
      [1, 'last'],
    ],
  ],
  [
    'exactly two parts',
    [longestPart, longestPart, 1],
    [
      [longestPart, 'more'],
      [longestPart, 'more'],
      [1, 'last'],
    ],
  ],
  ['a part with its newline', [longestPart - 1, 1], [[longestPart, 'line']]],
  [
    'one byte more',
    [longestPart - 1, 2],
    [
      [longestPart, 'more'],
      [1, 'last'],
    ],
  ],
  [
    'three parts in one chunk',
    [3 * longestPart],
    [
      [longestPart, 'more'],
      [longestPart, 'more'],
      [longestPart, 'last'],
    ],
  ],
])('makes of a line of %s no part that is longer than 16 MiB', (_, lengths, expected) => {
  const joiner = new LineJoiner({ from: 'plugin', connection: 0, stderr: false });
  const given: [number, string][] = [];
  const names = { line: 'line', part: 'more', 'last-part': 'last' };
  const sink: LineSink = ({ bytes, kind }) => void given.push([bytes.length, names[kind]]);
  for (const [index, length] of lengths.entries()) {
    const chunk = Buffer.alloc(length, 'x');
    if (index === lengths.length - 1) chunk[length - 1] = 0x0a;
    for (let start = 0; start < chunk.length; start = joiner.take({ bytes: chunk, at: 1 }, start, sink));
  }
  joiner.end(2, sink);
  expect(given).toEqual(expected);
});

test('gives the time of the chunk that brought the last byte of a line', async () => {
  const fed = ['{"a"', ':1}', '\n{}\n'].map((text) => ({ channel: 1, bytes: Buffer.from(text) }));
  const { lines } = await readSession(await writeSession(fed));
  expect(lines.map(({ at }) => at)).toEqual([2.1, 2.1, 3.1]);
});
