import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeGoString } from '../../src/protocol/go-encoder.ts';
import { parseMessage } from '../../src/protocol/message.ts';
import { formats } from '../../src/protocol/response-format.ts';

/** A message with the bytes where its id stands. */
function readable(line: string | Buffer): object | undefined {
  const bytes = Buffer.from(line);
  const message = parseMessage(bytes);
  if (message === undefined) return undefined;
  return { id: message.id, type: message.type, raw: bytes.toString('utf8', message.idStart, message.idEnd) };
}

test.each([
  ['as the program writes it', '{"invoke_id":"a","type":"info","response":{}}', { id: 'a', type: 'info', raw: '"a"' }],
  ['with an empty id', '{"invoke_id":"","type":"info"}', { id: '', type: 'info', raw: '""' }],
  [
    'with an id that needs escapes',
    '{"invoke_id":"\\u003c\\"\\\\é\\ud83c\\udfac","type":"t"}',
    { id: '<"\\é🎬', type: 't', raw: '"\\u003c\\"\\\\é\\ud83c\\udfac"' },
  ],
  [
    'with raw characters of two and four bytes',
    '{"invoke_id":"é🎬","type":"t"}',
    { id: 'é🎬', type: 't', raw: '"é🎬"' },
  ],
  ['with spaces', ' { "invoke_id" : "a" , "type" : "t" } ', { id: 'a', type: 't', raw: '"a"' }],
  [
    'with its keys in another order',
    '{"type":"t","response":{"x":1},"invoke_id":"a"}',
    { id: 'a', type: 't', raw: '"a"' },
  ],
  [
    'with another invoke_id deeper and before',
    '{"response":{"invoke_id":"no","a":[{"invoke_id":"no"}]},"type":"t","invoke_id":"a"}',
    { id: 'a', type: 't', raw: '"a"' },
  ],
  [
    'with braces inside a text',
    '{"response":{"a":"}{\\"invoke_id\\":\\"no\\"","b":"\\\\"},"invoke_id":"a","type":"t"}',
    { id: 'a', type: 't', raw: '"a"' },
  ],
  [
    'with two ids, of which the last counts',
    '{"type":"t","invoke_id":"no","invoke_id":"a"}',
    { id: 'a', type: 't', raw: '"a"' },
  ],
  [
    'with invoke_id as a value',
    '{"type":"invoke_id","x":"invoke_id","invoke_id":"a"}',
    { id: 'a', type: 'invoke_id', raw: '"a"' },
  ],
  [
    'with an id longer than is usually looked at',
    `{"invoke_id":"${'é'.repeat(600)}","type":"t"}`,
    { id: 'é'.repeat(600), type: 't', raw: `"${'é'.repeat(600)}"` },
  ],
  ['with a carriage return', '{"type":"t","invoke_id":"a"}\r', { id: 'a', type: 't', raw: '"a"' }],
])('reads a message %s', (_, line, expected) => {
  expect(readable(line)).toEqual(expected);
});

test.each([
  ['no JSON', 'hello'],
  ['nothing', ''],
  ['a list', '[{"invoke_id":"a","type":"t"}]'],
  ['null', 'null'],
  ['no id', '{"type":"t"}'],
  ['no type', '{"invoke_id":"a"}'],
  ['an id that is no text', '{"invoke_id":5,"type":"t"}'],
  ['a type that is no text', '{"invoke_id":"a","type":5}'],
  ['a BOM', '\uFEFF{"invoke_id":"a","type":"t"}'],
  ['an id with an escape that there is not', '{"invoke_id":"\\x","type":"t"}'],
  ['an id with a control character', '{"invoke_id":"a\tb","type":"t"}'],
  ['an id with a cut escape', '{"invoke_id":"\\u00","type":"t"}'],
])('takes a line with %s for no message', (_, line) => {
  expect(readable(line)).toBeUndefined();
});

test('reads what the Go encoder writes of any id', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (id) => {
      expect(readable(`{"invoke_id":${encodeGoString(id)},"type":"t"}`)).toMatchObject({ id });
    }),
  );
});

test('reads any line without an exception', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '"',
    ':',
    ',',
    '\\',
    '[',
    ']',
    '"invoke_id"',
    '"type"',
    '"a"',
    '\\u12',
    '\t',
    'é',
    '{"invoke_id":"',
    '","type":"t"',
    '"invoke_id":"a","type":"t"',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string())), (parts) => {
      const line = Buffer.from(parts.join(''));
      const { idStart = 0, idEnd = 1 } = parseMessage(line) ?? {};
      const quoted = line.toString('latin1', idStart, idEnd);
      expect(idEnd === 1 || (quoted.startsWith('"') && quoted.endsWith('"'))).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

test("stamping changes the id's bytes and no other", () => {
  const id = fc.string({ unit: 'binary', maxLength: 600 });
  const response = fc.jsonValue().map((value) => JSON.stringify(value));
  const line = fc.tuple(id, response, fc.nat(3)).map(([recorded, value, order]) => {
    const quoted = order === 0 ? encodeGoString(recorded) : JSON.stringify(recorded);
    const forms = [
      `{"invoke_id":@,"type":"t","response":${value}}`,
      `{ "invoke_id" : @ , "type" : "t" }`,
      `{"response":${value},"type":"t","invoke_id":@}`,
      `{"response":{"invoke_id":${value}},"invoke_id":@ ,"type":"t"} `,
    ];
    return { form: forms[order] ?? '', quoted };
  });
  fc.assert(
    fc.property(line, id, fc.constantFrom('\n', '\r\n', ''), ({ form, quoted }, caller, eol) => {
      fc.pre(!form.replace('@', '').includes('@'));
      const { before, after, hasId } = formats.json.stamp(Buffer.from(form.replace('@', () => quoted)), eol);
      expect(hasId).toBe(true);
      const stamped = Buffer.concat([before, Buffer.from(formats.json.id(caller)), after]);
      expect(stamped.toString()).toBe(`${form.replace('@', () => encodeGoString(caller))}${eol}`);
    }),
    { numRuns: 500 },
  );
});
