import { end } from '../../../support/recordings.ts';
import type { Row } from '../wire.ts';
import { acknowledged, line, one, plainX, text, three, two } from '../wire.ts';

const rest = line(two, three, end('x'));
const restOfText = text.response('two') + text.response('three') + text.end;

/** The first answer is another one. */
function first(bytes: string): string {
  return acknowledged + bytes + rest;
}

function firstText(bytes: string): string {
  return text.acknowledged + bytes + restOfText;
}

const half = '{"invoke_id":"x","type":"plugin_response","resp';

/** What is done to the bytes of a message. */
export const bytesRows: Row[] = [
  { name: 'truncate', x: first(`${half}\n`) },
  { name: 'truncate', spec: 'bytes=10', x: first('{"invoke_i\n') },
  { name: 'truncate', spec: 'newline=false', x: first(half) },
  { name: 'truncate', spec: 'bytes=94', x: first(line(one)) },
  { name: 'truncate', spec: 'bytes=5 newline=false at=end', x: `${acknowledged}${line(one, two, three)}{"inv` },
  { name: 'truncate', spec: 'bytes=18', text: firstText('[plugin_response] \n\n') },
  { name: 'invalid-utf8', x: first(line(one.replace('"text"}}', '"text\xff\xfe"}}'))) },
  { name: 'invalid-utf8', text: firstText('[plugin_response] map[message:map[text:one] type:text]\xff\xfe\n\n') },
  {
    name: 'oversize',
    spec: 'bytes=120',
    x: first(line(one.replace('"text"}}', `"text","padding":"${'x'.repeat(13)}"}}`))),
  },
  { name: 'stray-line', x: first(line('Hello from the plugin', one)) },
  { name: 'stray-line', spec: `text='{"a": 1}' at=end`, x: acknowledged + line(one, two, three, '{"a": 1}', end('x')) },
  { name: 'stray-line', text: firstText(`Hello from the plugin\n${text.response('one')}`) },
  { name: 'blank-line', x: first(line('', one)) },
  { name: 'blank-line', text: firstText(`\n${text.response('one')}`) },
  { name: 'crlf', all: (wire) => wire.replaceAll('\n', '\r\n') },
  { name: 'crlf', spec: 'at=response:1', x: first(`${one}\r\n`) },
  { name: 'crlf', spec: 'at=response:1', text: firstText(text.response('one').replaceAll('\n', '\r\n')) },
  { name: 'bom', x: first(`\xef\xbb\xbf${line(one)}`) },
  { name: 'bom', text: firstText(`\xef\xbb\xbf${text.response('one')}`) },
  { name: 'no-newline', x: first(one) },
  { name: 'no-newline', text: firstText(text.response('one').trimEnd()) },
  { name: 'slicer', all: (wire) => wire },
  { name: 'slicer', spec: 'bytes=7 gap=1', x: first(line(one)) },
  { name: 'slicer', spec: 'at=response:1', text: firstText(text.response('one')) },
  { name: 'coalesce', all: (wire) => wire },
  // Meanwhile the other one is answered.
  { name: 'coalesce', spec: 'ms=5', x: '', last: plainX },
  // The bits that seed 1 chooses: it must choose the same for ever.
  { name: 'corrupt', x: first(line(one.replace('"x"', '"x#'))) },
  {
    name: 'corrupt',
    spec: 'bits=3 at=end',
    x:
      acknowledged +
      line(one, two, three, '{"invoke_id":#x","type":"plugin_invoke[end","response":{"info":"plugin0invoke end"}}'),
  },
];
