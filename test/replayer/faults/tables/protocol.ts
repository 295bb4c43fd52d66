import { acknowledgement, end, error, ready, response } from '../../../support/recordings.ts';
import type { Row } from '../wire.ts';
import { acknowledged, line, one, plainX, text, three, two } from '../wire.ts';

const rest = line(two, three, end('x'));

function first(bytes: string): string {
  return acknowledged + bytes + rest;
}

function firstText(bytes: string): string {
  return text.acknowledged + bytes + text.response('two') + text.response('three') + text.end;
}

const exception = error('x', '{"args":{},"error_type":"Exception","message":"An unexpected error occurred"}');
const unanswered = line(one, two, three, end('x'));
const early = '{"invoke_id":"","type":"plugin_response","response":{"result":"before ready"}}';

/** What is done to messages, one by one or in their order. */
export const protocolRows: Row[] = [
  { name: 'drop', x: first('') },
  { name: 'drop', spec: 'at=end', x: acknowledged + line(one, two, three) },
  { name: 'drop', text: firstText('') },
  { name: 'duplicate', x: first(line(one, one)) },
  {
    name: 'duplicate',
    spec: 'copies=3 at=acknowledgement',
    x: line(...Array<string>(3).fill(acknowledgement)) + plainX,
  },
  { name: 'duplicate', text: firstText(text.response('one').repeat(2)) },
  { name: 'reorder', x: acknowledged + line(two, one, three, end('x')) },
  { name: 'reorder', spec: 'at=response:last', x: acknowledged + line(one, two, end('x'), three) },
  { name: 'reorder', spec: 'at=response:any', x: acknowledged + line(two, one, end('x'), three) },
  {
    name: 'reorder',
    text: text.acknowledged + ['two', 'one', 'three'].map((word) => text.response(word)).join('') + text.end,
  },
  { name: 'early-end', x: acknowledged + line(end('x')) },
  { name: 'early-end', spec: 'at=response:3', x: acknowledged + line(one, two, end('x')) },
  { name: 'early-end', text: text.acknowledged + text.end },
  { name: 'no-end', x: acknowledged + line(one, two, three) },
  { name: 'double-end', x: plainX + line(end('x')) },
  { name: 'wrong-id', x: first(line(response('reprise-no-such-id', 'one'))) },
  { name: 'wrong-id', spec: 'id=other at=end', x: acknowledged + line(one, two, three, end('other')) },
  { name: 'wrong-id', text: firstText(text.response('one')) },
  { name: 'empty-id', x: first(line(response('', 'one'))) },
  { name: 'unknown-type', x: first(line(one.replace('plugin_response', 'plugin_surprise'))) },
  { name: 'unknown-type', spec: 'as=later', x: first(line(one.replace('plugin_response', 'later'))) },
  {
    name: 'unknown-type',
    text: firstText(text.response('one').replace('plugin_response', 'plugin_surprise')),
  },
  { name: 'missing-field', x: first('{"invoke_id":"x","type":"plugin_response"}\n') },
  {
    name: 'missing-field',
    spec: 'field=type',
    x: first('{"invoke_id":"x","response":{"message":{"text":"one"},"type":"text"}}\n'),
  },
  {
    name: 'missing-field',
    spec: 'field=invoke_id',
    x: first('{"type":"plugin_response","response":{"message":{"text":"one"},"type":"text"}}\n'),
  },
  { name: 'missing-field', spec: 'field=type', text: firstText(text.response('one').replace('plugin_response', '')) },
  { name: 'missing-field', text: firstText('[plugin_response] map[]\n\n') },
  { name: 'bad-json', x: first(`${one.slice(0, -1)}\n`) },
  { name: 'bad-json', text: firstText('[plugin_response] map[message:map[text:one] type:text\n\n') },
  { name: 'error', x: acknowledged + line(exception, end('x')) },
  {
    name: 'error',
    spec: 'text="a \\"b\\" <c>" error_type=My.Error at=response:2',
    x:
      acknowledged +
      line(
        one,
        '{"invoke_id":"x","type":"error","response":{"error":"{\\"args\\":{},\\"error_type\\":\\"My.Error\\",\\"message\\":\\"a \\\\\\"b\\\\\\" \\\\u003cc\\\\u003e\\"}"}}',
        end('x'),
      ),
  },
  { name: 'error', spec: `error_type='' text=plain end=false`, x: acknowledged + line(error('x', 'plain')) },
  // Meanwhile the other one is answered.
  { name: 'error', spec: 'ms=5 at=end', x: acknowledged + line(one, two, three), last: line(exception, end('x')) },
  { name: 'error', spec: `error_type='' text=no`, text: `${text.acknowledged}[error] map[error:no]\n\n${text.end}` },
  { name: 'no-acknowledgement', x: unanswered },
  { name: 'late-acknowledgement', x: unanswered, last: acknowledged },
  { name: 'late-acknowledgement', spec: 'ms=0', x: plainX },
  { name: 'ready-twice', ready: line(ready, ready) },
  { name: 'answer-before-ready', ready: line(early, ready) },
];
