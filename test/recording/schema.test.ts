import { expect, test } from 'vitest';
import { judgeHeader, judgeLine, refused, taken } from '../support/verdicts.ts';

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
