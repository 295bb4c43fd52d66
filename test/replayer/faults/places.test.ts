import type { ReplayOptions } from 'reprise';
import { replay } from 'reprise';
import { expect, test } from 'vitest';
import { LineReader } from '../../support/line-reader.ts';
import {
  acknowledgement,
  end,
  error,
  invocation,
  loading,
  makeRecording,
  ready,
  request,
  startUp,
} from '../../support/recordings.ts';
import { askX, line, one, overStdio, overTcp, three, two } from './wire.ts';

const [answer, refused] = [acknowledgement, error('', "invalid character 'o' in literal null (expecting 'u')")];
const mark = 'Hello from the plugin';
const [xEnd, zEnd, no] = [end('x'), end('z'), error('z', 'no')];
const asked = `${askX}${line(request('z', { n: 3 }))}not json\n`;

/** All that comes over stdio, with the line where the fault acts. */
const places: readonly (readonly [string, readonly string[]])[] = [
  ['loading', [mark, loading, ready, answer, one, two, three, xEnd, answer, no, zEnd, answer, refused]],
  ['ready', [loading, mark, ready, answer, one, two, three, xEnd, answer, no, zEnd, answer, refused]],
  [
    'acknowledgement',
    [loading, ready, mark, answer, one, two, three, xEnd, mark, answer, no, zEnd, mark, answer, refused],
  ],
  ['response', [loading, ready, answer, mark, one, mark, two, mark, three, xEnd, answer, no, zEnd, answer, refused]],
  [
    'response:any',
    [loading, ready, answer, mark, one, mark, two, mark, three, xEnd, answer, no, zEnd, answer, refused],
  ],
  ['response:2', [loading, ready, answer, one, mark, two, three, xEnd, answer, no, zEnd, answer, refused]],
  ['response:last', [loading, ready, answer, one, two, mark, three, xEnd, answer, no, zEnd, answer, refused]],
  ['error', [loading, ready, answer, one, two, three, xEnd, answer, mark, no, zEnd, answer, mark, refused]],
  ['end', [loading, ready, answer, one, two, three, mark, xEnd, answer, no, mark, zEnd, answer, refused]],
  [
    'any',
    [loading, ready, answer, one, two, three, xEnd, answer, no, zEnd, answer, refused].flatMap((said) => [mark, said]),
  ],
  ['after:loading', [loading, mark, ready, answer, one, two, three, xEnd, answer, no, zEnd, answer, refused]],
  ['after:ready', [loading, ready, mark, answer, one, two, three, xEnd, answer, no, zEnd, answer, refused]],
  [
    'after:acknowledgement',
    [loading, ready, answer, mark, one, two, three, xEnd, answer, mark, no, zEnd, answer, mark, refused],
  ],
  ['after:response:2', [loading, ready, answer, one, two, mark, three, xEnd, answer, no, zEnd, answer, refused]],
  ['after:response:last', [loading, ready, answer, one, two, three, mark, xEnd, answer, no, zEnd, answer, refused]],
  ['after:error', [loading, ready, answer, one, two, three, xEnd, answer, no, mark, zEnd, answer, refused, mark]],
  ['after:end', [loading, ready, answer, one, two, three, xEnd, mark, answer, no, zEnd, mark, answer, refused]],
  [
    'after:any',
    [loading, ready, answer, one, two, three, xEnd, answer, no, zEnd, answer, refused].flatMap((said) => [said, mark]),
  ],
];

test.each(places)('a line stands at %s', async (at, lines) => {
  const wire = line(...lines);
  const over = await overStdio({ faults: [`stray-line at=${at}`] }, { asked, length: wire.length });
  expect(over.wire).toBe(wire);
});

test.each([
  ['start', ''],
  ['after:start', ''],
  ['loading', ''],
  ['after:loading', line(loading)],
  ['request', line(loading, ready)],
  ['after:request', line(loading, ready)],
  ['acknowledgement', line(loading, ready)],
  ['after:response:1', line(loading, ready, answer, one)],
  ['response 2', line(loading, ready, answer, one)],
  ['after response 2', line(loading, ready, answer, one, two)],
  ['after any', line(loading)],
])('it exits at %s', async (at, wire) => {
  const over = await overStdio({ faults: [{ fault: 'exit', at, code: 3 }] }, { asked, length: 10_000 });
  expect(over).toEqual({ wire, exit: { code: 3, signal: null } });
});

test.each([
  // Without it, whoever knows the port waits for it.
  ['announcement', false, ''],
  ['after:announcement', true, line(ready)],
  ['connect', true, ''],
  ['after:connect', true, ''],
  ['ready', true, ''],
  ['after:ready', true, line(ready)],
  ['request', true, line(ready)],
])('it stalls over TCP at %s', async (at, isAnnounced, start) => {
  const answers = line(answer, one, two, three, xEnd);
  const isSilent = at === 'request' || at === 'announcement';
  const wire = start + (isSilent ? '' : answers);
  const over = await overTcp({ faults: [`stall at=${at}`] }, { asked: askX, length: wire.length });
  expect([over.wire, over.stdout]).toEqual([wire, line(loading) + (isAnnounced ? over.announced : '')]);
});

const slow = [...startUp(), ...invocation(100, 'a', { n: 1 }, ['one', 'two', 'three'], { gap: 60 })];
const [a, b] = [line(loading, ready, answer, one), line(two, three, xEnd)];

test.each([
  ['after:90ms', 'stray-line', line(mark) + b],
  ['after 0.09s', 'stray-line', line(mark) + b],
  ['after:90ms', `error error_type='' text=late`, line(error('x', 'late'), xEnd)],
  ['after:90ms', 'early-end', line(xEnd)],
  ['after:90ms', 'stall', ''],
  ['after:90ms', 'pause ms=60', b],
  ['after:90ms', 'restart ms=0', ''],
  ['after:1000ms', 'stray-line', b],
])('so long after the request, whatever is due: %s %s', async (at, fault, rest) => {
  await using plugin = await replay(makeRecording(slow), { startupGap: 0, faults: [`${fault} at="${at}"`] });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(askX);
  await heard.text(one);
  await heard.until(() => [...heard.lines, ''].join('\n') === a + rest);
  plugin.stop();
  await plugin.exited;
  expect([...(await heard.end()), heard.rest].join('\n')).toBe(a + rest);
  expect(plugin.report().faults[0]?.fired).toBe(at === 'after:1000ms' ? 0 : 1);
});

/** A fault in every place in turn, by the journal. */
async function placesOf(options: ReplayOptions): Promise<unknown[]> {
  const acted: unknown[] = [];
  await overStdio(
    {
      ...options,
      onJournal: (entry) => void ('fault' in entry && acted.push([entry.place, entry.asked])),
    },
    { asked, length: line(loading, ready, answer, one, two, three, xEnd, answer, no, zEnd, answer, refused).length },
  );
  return acted;
}

test('the journal names what was due, and the line that was being answered', async () => {
  expect(await placesOf({ faults: ['latency ms=0'] })).toEqual([
    ['loading', undefined],
    ['ready', undefined],
    ['acknowledgement', 1],
    ['response 1', 1],
    ['response 2', 1],
    ['response 3', 1],
    ['end', 1],
    ['acknowledgement', 2],
    ['error', 2],
    ['end', 2],
    ['acknowledgement', 3],
    ['error', 3],
  ]);
  expect(await placesOf({ faults: ['pause ms=0 at=after:response:last', 'pause ms=0 at=after:error'] })).toEqual([
    ['after response 3', 1],
    ['after error', 2],
    ['after error', 3],
  ]);
  expect(await placesOf({ faults: ['latency ms=0 at=start', 'latency ms=0 at=request'] })).toEqual([
    ['start', undefined],
    ['request', 1],
    ['request', 2],
    ['request', 3],
  ]);
});
