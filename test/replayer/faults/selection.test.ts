import type { ReplayOptions } from 'reprise';
import { replay } from 'reprise';
import { expect, test } from 'vitest';
import { dial } from '../../support/dial.ts';
import { LineReader } from '../../support/line-reader.ts';
import type { Said } from '../../support/recordings.ts';
import {
  acknowledgement,
  client,
  end,
  invocation,
  makeRecording,
  plugin,
  request,
  response,
  startUp,
} from '../../support/recordings.ts';
import { line, raw } from './wire.ts';

function ask(id: string, type: string, action: string, value: unknown): string {
  return JSON.stringify({ invoke_id: id, type, action, request: value });
}

const asked = [
  ask('1', 'tool', 'invoke_tool', { tool: 'regex_match', n: 1 }),
  ask('2', 'tool', 'invoke_tool', { tool: 'time', deep: { list: [{ name: 'x y' }, { name: 'z' }] } }),
  ask('3', 'model', 'invoke_llm', { model: 'gpt', n: 1.5, on: true }),
  ask('4', 'tool', 'get_runtime', { tool: null }),
];

const mixed: Said[] = [
  ...startUp(),
  ...asked.flatMap((text, index) => [
    client(100 * (index + 1), text),
    plugin(100 * (index + 1) + 1, acknowledgement),
    plugin(100 * (index + 1) + 2, response(String(index + 1), 'x')),
    plugin(100 * (index + 1) + 3, end(String(index + 1))),
  ]),
];

/** The ids of those whose response is lost. */
async function struck(
  options: ReplayOptions,
  { said = mixed, lines = asked }: { said?: Said[]; lines?: string[] } = {},
): Promise<string[]> {
  await using replayed = await replay(makeRecording(said), { pace: 'instant', seed: 1, ...options });
  const heard = new LineReader(replayed.stdout);
  replayed.stdin.write(line(...lines));
  await heard.text('plugin_invoke_end', lines.length);
  const answered = new Set(
    heard.lines
      .filter((text) => text.includes('plugin_response'))
      .map((text) => /^\{"invoke_id":"(\w+)"/.exec(text)?.[1]),
  );
  return lines.map((text) => /"invoke_id":"(\w+)"/.exec(text)?.[1] ?? '').filter((id) => !answered.has(id));
}

test.each([
  ['type=tool', '124'],
  ['type=mod*', '3'],
  ['type=*', '1234'],
  ['type=to', ''],
  ['action=invoke_*', '123'],
  ['action=*_llm', '3'],
  ['action=*_run*e', '4'],
  ['action=*_*_*', ''],
  ['type=tool action=get_runtime', '4'],
  ['where=/request/tool=regex_*', '1'],
  ['where=/request/tool=regex', ''],
  ['where=/request/tool=*', '124'],
  ['where=/request/tool=null', '4'],
  ['where=/request/n=1', '1'],
  ['where=/request/n=1.5', '3'],
  ['where=/request/on=true', '3'],
  ['where=/request/nothing=*', ''],
  [`where='/request/**/name=x y'`, '2'],
  ['where=/request/deep/list/1/name=z', '2'],
  ['where=/request/deep/list/*/name=z', '2'],
  ['where=/request/tool=* where=/request/n=*', '1'],
  ['invocation=3', '3'],
  ['type=tool invocation=3', '4'],
  ['type=tool invocation=4', ''],
  ['times=2', '12'],
  ['times=2 action=invoke_*', '12'],
  ['times=1 type=model', '3'],
  ['times=9', '1234'],
  ['chance=1', '1234'],
])('of all requests, %s', async (selection, ids) => {
  expect((await struck({ faults: [`drop ${selection}`] })).join('')).toBe(ids);
});

test('the n-th counts those that fit, not those that came', async () => {
  const lines = [asked[2], asked[0], asked[3], asked[1]].map((text) => text ?? '');
  expect(await struck({ faults: ['drop type=tool invocation=2'] }, { lines })).toEqual(['4']);
});

test('a fault that may act in one invocation acts in all of it', async () => {
  const said = [
    ...startUp(),
    ...invocation(100, 'a', { n: 1 }, ['one', 'two']),
    ...invocation(200, 'b', { n: 2 }, ['one', 'two']),
  ];
  await using replayed = await replay(makeRecording(said), {
    pace: 'instant',
    faults: ['drop at=response:any times=1'],
  });
  const heard = new LineReader(replayed.stdout);
  replayed.stdin.write(line(request('x', { n: 1 }), request('y', { n: 2 })));
  await heard.count(2 + 2 + 4);
  expect(raw(heard).split('\n').slice(2)).toEqual([
    acknowledgement,
    end('x'),
    acknowledgement,
    response('y', 'one'),
    response('y', 'two'),
    end('y'),
    '',
  ]);
  expect(replayed.report().faults).toEqual([{ fault: 'drop at=response:any times=1', fired: 2 }]);
});

const numbers = Array.from({ length: 60 }, (_, n) => n);
const many: Said[] = [...startUp(), ...numbers.flatMap((n) => invocation(100 + 10 * n, `r${n}`, { n }, ['x']))];
const manyAsked = numbers.map((n) => request(`r${n}`, { n }));

test('chance strikes by the seed, the same ones in whatever order they come', async () => {
  const some = (seed: number, lines: string[]): Promise<string[]> =>
    struck({ faults: ['drop chance=0.5'], seed }, { said: many, lines });
  const first = await some(1, manyAsked);
  expect(first.length).toBeGreaterThan(10);
  expect(first.length).toBeLessThan(50);
  expect((await some(1, manyAsked.toReversed())).toSorted()).toEqual(first.toSorted());
  expect(await some(2, manyAsked)).not.toEqual(first);
  expect(await some(1, manyAsked)).toEqual(first);
});

test('an unlikely fault strikes few, a repeated request is another chance', async () => {
  const few = await struck({ faults: ['drop chance=0.05'] }, { said: many, lines: manyAsked });
  expect(few.length).toBeLessThan(20);
  const lines = numbers.map((n) => request(`r${n}`, { n: 0 }));
  const again = await struck({ faults: ['drop chance=0.5'] }, { said: many, lines });
  expect(again.length).toBeGreaterThan(10);
  expect(again.length).toBeLessThan(50);
});

test('a connection is chosen by its number, and at its ready too', async () => {
  await using replayed = await replay(makeRecording(mixed), {
    mode: 'tcp',
    pace: 'instant',
    faults: ['drop connection=2', 'stray-line at=ready connection=3'],
  });
  const heard: string[] = [];
  for (let number = 1; number <= 3; number++) {
    const one = await dial(replayed.port);
    await one.heard.count(1);
    one.socket.write(line(asked[0] ?? ''));
    await one.heard.text('plugin_invoke_end');
    heard.push(one.heard.lines.map((text) => /plugin_\w+|received|Hello/.exec(text)?.[0]).join(' '));
  }
  expect(heard).toEqual([
    'plugin_ready received plugin_response plugin_invoke_end',
    'plugin_ready received plugin_invoke_end',
    'Hello plugin_ready received plugin_response plugin_invoke_end',
  ]);
});

test('over stdio there is no connection', async () => {
  expect(await struck({ faults: ['drop connection=1'] })).toEqual([]);
});
