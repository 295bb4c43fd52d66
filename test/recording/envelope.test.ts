import type { EnvelopeHead } from '../../src/recording/recorded-line.ts';
import { expect, test } from 'vitest';
import { encodeEvent, encodeHead, formatAt, parseEnvelope } from '../../src/recording/envelope.ts';

function parse(text: string | Buffer, strict = true): ReturnType<typeof parseEnvelope> {
  return parseEnvelope(Buffer.from(text), { line: 7, base: 1000 }, strict);
}

/** A line that was read, with its payload's text instead of its place. */
function readable(text: string, strict = true): object | string {
  const line = parse(text, strict);
  if (typeof line === 'string' || line.kind === 'event') return line;
  const { offset, length, ...rest } = line;
  return { ...rest, raw: Buffer.from(text).toString('utf8', offset - 1000, offset - 1000 + length) };
}

const usual = {
  kind: 'message',
  line: 7,
  at: 1.5,
  from: 'client',
  connection: 0,
  stderr: false,
  part: false,
  eol: '\n',
  payload: 'message',
};

const heads: [EnvelopeHead, 'message' | 'text' | 'base64', string][] = [
  [
    { at: 0, from: 'client', connection: 0, stderr: false, part: false, eol: '\n' },
    'message',
    '{"at":0,"from":"client","message":',
  ],
  [
    { at: 1.23456, from: 'plugin', connection: 12, stderr: false, part: true, eol: '\n' },
    'text',
    '{"at":1.235,"from":"plugin","connection":12,"part":true,"text":',
  ],
  [
    { at: 9, from: 'plugin', connection: 0, stderr: true, part: false, eol: '' },
    'base64',
    '{"at":9,"from":"plugin","stream":"stderr","eol":"","base64":',
  ],
  [
    { at: 9, from: 'plugin', connection: 1, stderr: false, part: false, eol: '\r\n' },
    'text',
    '{"at":9,"from":"plugin","connection":1,"eol":"\\r\\n","text":',
  ],
];

test.each(heads)('writes and reads the head %#', (head, payload, text) => {
  expect(encodeHead(head, payload)).toBe(text);
  const { at, ...rest } = head;
  expect(parse(`${text}"YQ=="}`)).toMatchObject({
    ...rest,
    payload,
    at: Math.round(at * 1000) / 1000,
    offset: 1000 + text.length,
    length: 6,
  });
});

test.each([
  [0, '0'],
  [0.0004, '0'],
  [0.0005, '0.001'],
  [12.3456, '12.346'],
  [86_400_000.1234, '86400000.123'],
])('writes the time %d as %s', (at, text) => {
  expect(formatAt(at)).toBe(text);
});

test.each([
  ['as written', '{"at":1.5,"from":"client","message":{"a":"message"}}', '{"a":"message"}'],
  ['with spaces', '{ "at" : 1.5 , "from" : "client" , "message" :{"a":1} } ', '{"a":1} '],
  ['in another order', '{"from":"client","at":1.5,"message":{"at":2,"message":3}}', '{"at":2,"message":3}'],
  ['with another number notation', '{"at":15e-1,"from":"client","message":1}', '1'],
  ['with an unknown key', '{"at":1.5,"from":"client","new":{"message":9},"message":{}}', '{}'],
  ['with the payload key inside a text', '{"at":1.5,"from":"client","note":"\\"message\\":{","message":[1]}', '[1]'],
  ['with a tab before the colon', '{"at":1.5,"from":"client","message"\t:[1]}', '[1]'],
])('reads a line %s', (_, text, raw) => {
  expect(readable(text)).toEqual({ ...usual, raw });
});

test.each([
  ['a carriage return, as a checkout on Windows makes', '\r'],
  ['a space', ' '],
])('reads a line that ends with %s', (_, ending) => {
  for (const strict of [true, false]) {
    expect(readable(`{"at":1.5,"from":"client","message":{"a":{}}}${ending}`, strict)).toEqual({
      ...usual,
      raw: '{"a":{}}',
    });
  }
});

test('keeps unknown events, and unknown keys of known ones', () => {
  expect(readable('{"at":3,"event":"new-thing","x":[1]}')).toEqual({
    kind: 'event',
    line: 7,
    at: 3,
    event: 'new-thing',
    fields: { at: 3, event: 'new-thing', x: [1] },
  });
  expect(readable('{"at":3,"event":"exit","code":0,"y":{}}')).toMatchObject({ fields: { code: 0, y: {} } });
});

test.each([
  [{}, '{"at":1,"event":"new"}'],
  [{ from: 'client', connection: 2 }, '{"at":1,"event":"new","from":"client","connection":2}'],
  [{ note: '{}"é' }, '{"at":1,"event":"new","note":"{}\\"é"}'],
])('writes an event with the fields %j', (fields, text) => {
  expect(encodeEvent(1, 'new', fields)).toBe(text);
  expect(readable(text)).toMatchObject({ kind: 'event', fields });
});

test.each([
  ['{"at":1.5,"from":"client","message":{}', 'it is not valid JSON'],
  ['', 'it is not valid JSON'],
  ['[1]', 'it is not a JSON object'],
  ['null', 'it is not a JSON object'],
  [Buffer.from('7b22ff223a317d', 'hex'), 'it is not UTF-8'],
  ['{"from":"client","message":{}}', '`at` is not a time in milliseconds'],
  ['{"at":"1","event":"x"}', '`at` is not a time in milliseconds'],
  ['{"at":-1,"event":"x"}', '`at` is not a time in milliseconds'],
  ['{"at":1e400,"event":"x"}', '`at` is not a time in milliseconds'],
  ['{"at":1}', 'it has neither an `event` nor a `from` that is client or plugin'],
  ['{"at":1,"event":5}', '`event` is not a string'],
  ['{"at":1,"from":"server","message":{}}', 'it has neither an `event` nor a `from` that is client or plugin'],
  ['{"at":1,"from":"client","connection":0,"message":{}}', '`connection` is not a number from 1'],
  ['{"at":1,"from":"client","connection":"1","message":{}}', '`connection` is not a number from 1'],
  ['{"at":1,"from":"client","stream":"stdout","message":{}}', '`stream` is not stderr'],
  ['{"at":1,"from":"client","part":false,"message":{}}', '`part` is not true'],
  ['{"at":1,"from":"client","eol":"\\n","message":{}}', '`eol` is neither empty nor \\r\\n'],
  ['{"at":1,"from":"client"}', 'it has no `message`, `text` or `base64`'],
  ['{"at":1,"from":"client","text":5}', '`text` is not a string'],
  ['{"at":1,"from":"client","base64":"a"}', '`base64` is not base64'],
  ['{"at":1,"from":"client","base64":"YQ"}', '`base64` is not base64'],
  ['{"at":1,"message":{},"from":"client"}', '`message` is not its last key, or stands there twice'],
  ['{"at":1,"from":"client","message":{},"note":1}', '`message` is not its last key, or stands there twice'],
  ['{"at":1,"from":"client","message":{},"message":{}}', '`message` is not its last key, or stands there twice'],
  ['{"at":1,"from":"client","text":"a","base64":"YQ=="}', 'it has both `text` and `base64`'],
])('says what is wrong with %s', (text, wrong) => {
  expect(parse(text)).toBe(wrong);
});

test('reads only the head of a written line where it need not be strict', () => {
  expect(readable('{"at":1.5,"from":"client","message":{broken}}', false)).toEqual({ ...usual, raw: '{broken}' });
  expect(parse('{"at":1.5,"from":"client","message":{broken}}')).toBe('it is not valid JSON');
});
