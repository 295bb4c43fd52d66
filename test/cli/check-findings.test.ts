import { expect, test } from 'vitest';
import {
  acknowledgement,
  client,
  end,
  error,
  event,
  plugin,
  ready,
  renderRecording,
  request,
  response,
  startUp,
} from '../support/recordings.ts';
import { seal, check, whole, said } from '../support/checked.ts';

test.each<[string, string, string]>([
  [
    'an answer before its acknowledgement',
    seal(
      renderRecording([
        ...startUp(),
        client(50, request('a')),
        plugin(51, response('a', 'x')),
        plugin(52, acknowledgement),
        plugin(53, end('a')),
      ]),
    ),
    '5: order: invocation 1, "a", is answered before its acknowledgement',
  ],
  [
    'a refusal before its acknowledgement',
    seal(
      renderRecording([
        ...startUp(),
        client(50, '{}'),
        plugin(51, error('', 'action and type are required')),
        plugin(52, acknowledgement),
      ]),
    ),
    '5: order: invocation 1, "", is answered before its acknowledgement',
  ],
  [
    'an answer to an unknown id',
    said(plugin(52, response('b', 'x')), plugin(53, end('a'))),
    '6: order: this `plugin_response` is for the id "b", which no running invocation has',
  ],
  [
    'an answer to an id of another connection',
    said(plugin(52, response('a', 'x'), 2), plugin(53, end('a'))),
    '6: order: this `plugin_response` is for the id "a", which no running invocation has',
  ],
  [
    'an answer before there was a request',
    seal(renderRecording([plugin(1, response('a', 'x')), plugin(2, ready)])),
    '2: order: this `plugin_response` is for the id "a", which no running invocation has',
  ],
  [
    'a second end',
    said(plugin(52, end('a')), plugin(53, end('a'))),
    '7: order: this is a second end for the id "a", which ended in line 6',
  ],
  [
    'an answer after the end',
    said(plugin(52, end('a')), plugin(53, response('a', 'late'))),
    '7: order: this `plugin_response` is for the id "a", which ended in line 6',
  ],
  [
    'an end for nothing',
    said(plugin(52, end('a')), plugin(53, end('c'))),
    '7: order: this end is for the id "c", which no running invocation has',
  ],
  [
    'an acknowledgement for nothing',
    said(plugin(52, end('a')), plugin(53, acknowledgement)),
    '7: order: this `info` without an id belongs to nothing: no request waits for it',
  ],
  [
    'a line that is no message',
    said(plugin(52, 'panic: no'), plugin(53, end('a'))),
    '6: order: this line of the plugin is no message: a JSON object with `invoke_id` and `type`',
  ],
  [
    'a time that goes back',
    said(plugin(40, end('a'))),
    '6: format: its time 40 is before that of the line before it, 51',
  ],
  [
    'no seal',
    renderRecording([...startUp()]),
    '3: seal: the recording is not sealed: its last line is no `end` event, so the recorder was killed or lines are missing',
  ],
  [
    'another byte than was sealed',
    whole.replace('"one"', '"two"'),
    '8: seal: the seal does not fit: the bytes before it are not those that were recorded',
  ],
  [
    'a line behind the seal',
    `${whole}{"at":1000001,"event":"later"}\n{"at":1000002,"event":"later"}\n`,
    '9: seal: it is behind the `end` event of line 8',
  ],
  ['a last line that was cut off', whole.slice(0, -20), '8: format: the last line was cut off (120 bytes)'],
  [
    'a broken line in the middle',
    whole.replace('"plugin_response"', '"plugin_response'),
    '6: format: it is not valid JSON',
  ],
  [
    'a line with two payloads',
    whole.replace('"from":"client"', '"from":"client","text":"a"'),
    '4: format: it has both `message` and `text`',
  ],
  [
    'an event without what it needs',
    seal(renderRecording([event(1, 'exit')])),
    '2: format: the event exit has neither `code` nor `signal`',
  ],
  [
    'a header without its command',
    whole.replace('"command"', '"commando"'),
    '1: format: `command` of the header is missing or of a wrong type. Restore the file, or record it again.',
  ],
])('finds %s, with file and line, status 1', async (_what, content, finding) => {
  const { exitCode, stdout, stderr } = await check(content);
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
  const [first, ...rest] = stdout.split('\n');
  expect(first).toBe(`x.jsonl:${finding}`);
  expect(rest.at(-1)).toMatch(/^x\.jsonl: 1 finding: /);
});
