import { expect, test } from 'vitest';
import { encodeGoMessage, encodeGoValue } from '../../src/protocol/go-encoder.ts';
import { decodeRequestLine, type RequestLine } from '../../src/protocol/request.ts';
import { type DecodedRow, readGoldenLines, readTable } from '../fixtures/go/tables.ts';

test("reads Go's table of lines as the program does", () => {
  const rows = readTable<DecodedRow>('decode');
  expect(rows.map((row) => readable(decodeRequestLine(Buffer.from(row.in, 'base64'))))).toEqual(
    rows.map((row) => readable(expectedOf(row))),
  );
});

/** Go's answer, with what the program does of itself: it looks whether type and action are there. */
function expectedOf(row: DecodedRow): RequestLine | { request: string | undefined } {
  const { id = '', type = '', action = '', request } = row;
  const error = row.error ?? (type === '' || action === '' ? 'action and type are required' : undefined);
  return error === undefined ? { kind: 'request', id, type, action, request } : { kind: 'refused', id, error };
}

function readable(line: RequestLine | { request: string | undefined }): object {
  return 'request' in line && typeof line.request !== 'string'
    ? { ...line, request: encodeGoValue(line.request ?? null) }
    : line;
}

test('refuses each line of the session bad-lines to the byte', () => {
  const refusals = readGoldenLines('bad-lines', 'stdin').map((line) => decodeRequestLine(line));
  const said = readGoldenLines('bad-lines', 'stdout').map(String);
  const lines = refusals.flatMap((line) =>
    line.kind === 'refused' ? [encodeGoMessage(line.id, 'error', encodeGoValue({ error: line.error }))] : [],
  );
  expect(lines).toHaveLength(37);
  expect(lines).toEqual(said.filter((line) => line.includes('"type":"error"')));
  expect(refusals.at(-1)).toMatchObject({ kind: 'request', id: 'after', type: 'tool', action: 'invoke_tool' });
});

test('reads each line of the session odd-requests as a request', () => {
  const lines = readGoldenLines('odd-requests', 'stdin').map((line) => decodeRequestLine(line));
  expect(lines.map(({ kind, id }) => [kind, id])).toEqual(
    ['o1', 'o2', 'o3', 'o4', '', '', 'o5', 'o6'].map((id) => ['request', id]),
  );
});

test.each([
  ['the last of two equal keys', '{"invoke_id":"a","invoke_id":"b","type":"t","action":"x"}', { id: 'b' }],
  ['keys in any case', '{"INVOKE_ID":"a","Type":"t","aCTion":"x"}', { id: 'a', type: 't', action: 'x' }],
  [
    'keys by Unicode folding',
    '{"invo\u212ae_id":"a","type":"t","action":"x","reque\u017ft":{}}',
    { id: 'a', request: {} },
  ],
  ['a null after a text as nothing', '{"invoke_id":"a","invoke_id":null,"type":"t","action":"x"}', { id: 'a' }],
  // A map is what Go's null does empty.
  [
    'a null after a request as no request',
    '{"type":"t","action":"x","request":{"a":1},"request":null}',
    { request: null },
  ],
  [
    'two requests as one',
    '{"type":"t","action":"x","request":{"a":1,"b":{"c":1}},"request":{"b":{"d":2}}}',
    { request: { a: 1, b: { d: 2 } } },
  ],
  ['a missing request as none', '{"type":"t","action":"x"}', { request: null }],
  ['an empty request as one', '{"type":"t","action":"x","request":{}}', { request: {} }],
  ['a line with one carriage return', '{"type":"t","action":"x"}\r', { type: 't' }],
  ['unknown members without a look at their numbers', '{"type":"t","action":"x","other":1e400}', { type: 't' }],
])('reads %s', (_, line, expected) => {
  expect(decodeRequestLine(Buffer.from(line))).toMatchObject({ kind: 'request', ...expected });
});

test.each([
  [
    '{"type":1,"invoke_id":"a","action":2}',
    'a',
    'number into Go struct field InvokePluginPayload.type of type access_types.PluginAccessType',
  ],
  [
    '{"action":[],"type":"t"}',
    '',
    'array into Go struct field InvokePluginPayload.action of type access_types.PluginAccessAction',
  ],
  ['{"invoke_id":{},"request":1}', '', 'object into Go struct field InvokePluginPayload.invoke_id of type string'],
  [
    '{"invoke_id":"a","request":true}',
    'a',
    'bool into Go struct field InvokePluginPayload.request of type map[string]interface {}',
  ],
  [
    '{"request":{"a":{"b":[-1E+400]}}}',
    '',
    'number -1E+400 into Go struct field InvokePluginPayload.request of type float64',
  ],
  ['[1]', '', 'array into Go value of type run.InvokePluginPayload'],
])('refuses %s for its first wrong type', (line, id, error) => {
  expect(decodeRequestLine(Buffer.from(line))).toEqual({
    kind: 'refused',
    id,
    error: `json: cannot unmarshal ${error}`,
  });
});

test('refuses a line without type or action with its id, and one that is not JSON without', () => {
  expect(decodeRequestLine(Buffer.from('{"invoke_id":"a","type":"t"}'))).toEqual({
    kind: 'refused',
    id: 'a',
    error: 'action and type are required',
  });
  expect(decodeRequestLine(Buffer.from('{"invoke_id":"a","type":"t"'))).toEqual({
    kind: 'refused',
    id: '',
    error: 'unexpected end of JSON input',
  });
});

test('reads a line of megabytes with an id that stands alone', () => {
  const line = JSON.stringify({
    invoke_id: '0b9a1f0e-6d0a-4d0c-é',
    type: 'tool',
    action: 'invoke_tool',
    request: { text: 'x'.repeat(1 << 20) },
  });
  expect(decodeRequestLine(Buffer.from(line))).toMatchObject({ kind: 'request', id: '0b9a1f0e-6d0a-4d0c-é' });
});
