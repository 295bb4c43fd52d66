import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeRequestLine } from '../../src/protocol/request.ts';
import { RequestReader } from '../../src/replayer/request-reader.ts';

const rest = '"type":"tool","action":"invoke_tool","request":{"city":"Oslo"}';

/** Lines that are told from one another by ids, where these are hard to find or not what they seem. */
const shapes: readonly ((id: string, other: string) => string)[] = [
  (id) => `{"invoke_id":"${id}",${rest}}`,
  (id) => `{"invoke_id": "${id}", ${rest}}`,
  (id) => `{"invoke_id" :"${id}",${rest}}`,
  (id) => `{${rest},"invoke_id":"${id}"}\r`,
  (id, other) => `{"invoke_id":"${id}","invoke_id":"${other}",${rest}}`,
  (id, other) => `{"invoke_id":"${id}","INVOKE_ID":"${other}",${rest}}`,
  (id, other) => `{"Invoke_Id":"${id}","invoke_id":"${other}",${rest}}`,
  (id, other) => `{"type":"tool","action":"a","request":{"invoke_id":"${id}"},"invoke_id":"${other}"}`,
  (id) => `{"type":"tool","action":"a","request":{"invoke_id":"${id}"}}`,
  (id, other) => `{"type":"tool","action":"a","request":{"invoke_id":"${id}","text":"${other}"}}`,
  (id, other) => `{"invoke_id":"${id}","type":"tool","action":"a","request":{"text":"\\"invoke_id\\":\\"${other}\\""}}`,
  (id) => `{"invoke_id":"${id}","type":"tool","request":{}}`,
  (id) => `{"invoke_id":"${id}",${rest}`,
  (id) => `{"invoke_id":"${id}",${rest}} x`,
  (id) => `["invoke_id":"${id}"]`,
  (id) => `{"invoke_id":"${id}","type":"täg","action":"\u{1F600}","request":null}`,
];
const ids = fc.constantFrom('1', '2', 'a-b_c:d.e', '', 'ä', '\\u0041', 'a b', '"', '9'.repeat(70), '0f8b1c9e-1111');

test('whatever was read before, a line is read as the program reads it', () => {
  const lines = fc.array(fc.tuple(fc.constantFrom(...shapes), ids, ids), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(lines, (drawn) => {
      const reader = new RequestReader();
      for (const [shape, id, other] of drawn) {
        const line = Buffer.from(shape(id, other));
        expect(reader.read(line)).toEqual(decodeRequestLine(line));
      }
    }),
    { numRuns: 500 },
  );
});

function requestOf(reader: RequestReader, line: string): unknown {
  const read = reader.read(Buffer.from(line));
  return read.kind === 'request' ? read.request : undefined;
}

test('what differs from a request in its id alone is not decoded again', () => {
  const reader = new RequestReader();
  const [, second, third] = ['1', '2', '3'].map((id) => requestOf(reader, `{"invoke_id":"${id}",${rest}}`));
  expect(second).toEqual({ city: 'Oslo' });
  expect(third).toBe(second);
});

test('many different requests are not all remembered', () => {
  const reader = new RequestReader();
  const line = (id: number, text: number): string =>
    `{"invoke_id":"${id}","type":"${'t'.repeat(3000)}${text}",${rest}}`;
  const [, known] = [1, 2].map((id) => requestOf(reader, line(id, 0)));
  expect(requestOf(reader, line(3, 0))).toBe(known);
  for (let number = 1; number < 400; number++) reader.read(Buffer.from(line(1, number)));
  expect(requestOf(reader, line(4, 0))).not.toBe(known);
});
