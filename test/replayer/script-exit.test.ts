import { expect, test } from 'vitest';
import { exitAfter } from '../../src/replayer/script.ts';
import { found, openScript } from '../support/scripts.ts';
import {
  acknowledgement,
  client,
  error,
  event,
  invocation,
  loading,
  plugin,
  request,
  response,
  startUp,
} from '../support/recordings.ts';

test('plays the exit of a failed start-up after its last line', async () => {
  const script = await openScript([
    plugin(5, loading),
    plugin(25, error('', 'plugin runtime failed')),
    event(40, 'exit', { code: 1 }),
  ]);
  expect([script.isReady, script.startUp.map(({ role }) => role)]).toEqual([false, ['loading', 'start-up']]);
  expect(script.startUpExit).toMatchObject({ exit: { code: 1, signal: null }, gap: 15 });
  script.close();
});

test('plays an exit behind the line of an invocation that it came after, wherever its place', async () => {
  const script = await openScript([
    ...startUp(),
    ...invocation(40, 'a', { n: 1 }, ['x']),
    client(50, request('b', { n: 2 })),
    plugin(51, acknowledgement),
    plugin(52, response('b', 'y')),
    event(60, 'exit', { signal: 'SIGSEGV' }),
  ]);
  const [a, b] = [found(script, request('', { n: 1 })), found(script, request('', { n: 2 }))];
  expect([exitAfter(a, -1), exitAfter(a, a.first), exitAfter(a, a.last), exitAfter(b, -1)]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(exitAfter(b, b.last)).toMatchObject({ exit: { code: null, signal: 'SIGSEGV' }, gap: 8 });
  expect(script.startUpExit).toBeUndefined();
  script.close();
});

test('plays an exit behind an acknowledgement', async () => {
  const script = await openScript([
    ...startUp(),
    client(50, request('b')),
    plugin(51, acknowledgement),
    event(60, 'exit', { code: 3 }),
  ]);
  expect(exitAfter(found(script, request('x')), -1)).toMatchObject({ exit: { code: 3, signal: null }, gap: 9 });
  script.close();
});

test('plays an exit behind the refusal that it came after', async () => {
  const refusal = error('', "invalid character 'x' looking for beginning of value");
  const script = await openScript([
    ...startUp(),
    client(50, 'x'),
    plugin(51, acknowledgement),
    plugin(52, refusal),
    client(53, 'x'),
    plugin(54, acknowledgement),
    plugin(55, refusal),
    event(60, 'exit', { code: 4 }),
  ]);
  expect([script.exitAfterRefusal(1), script.exitAfterRefusal(3)]).toEqual([undefined, undefined]);
  expect(script.exitAfterRefusal(2)).toMatchObject({ exit: { code: 4 }, gap: 5 });
  script.close();
});

test('plays an exit that came after ready and before any request', async () => {
  const script = await openScript([...startUp(10), event(530, 'exit', { code: 1 })]);
  expect(script.startUpExit).toMatchObject({ exit: { code: 1, signal: null }, gap: 500 });
  script.close();
});

test('plays no exit that a signal asked for', async () => {
  const script = await openScript([
    ...startUp(),
    ...invocation(40, 'a', {}, []),
    event(50, 'signal', { from: 'client', signal: 'SIGTERM' }),
    event(60, 'exit', { code: 0 }),
  ]);
  const one = found(script, request('x'));
  expect([script.startUpExit, exitAfter(one, one.last)]).toEqual([undefined, undefined]);
  script.close();
});

test('plays no exit of a program whose client took no more of it', async () => {
  const script = await openScript([
    ...startUp(),
    ...invocation(40, 'a', {}, []),
    event(60, 'exit', { signal: 'SIGPIPE' }),
  ]);
  const one = found(script, request('x'));
  expect(exitAfter(one, one.last)).toBeUndefined();
  script.close();
});

test.each(['SIGCONT', 'SIGTSTP', 'SIGUSR1', 'SIGHUP'])(
  'takes the signal %s for one that asked for an exit only where it ends a program',
  async (signal) => {
    const script = await openScript([
      ...startUp(),
      ...invocation(40, 'a', {}, []),
      event(45, 'signal', { from: 'client', signal }),
      event(60, 'exit', { code: 1 }),
    ]);
    const one = found(script, request('x'));
    expect(exitAfter(one, one.last) !== undefined).toBe(signal !== 'SIGHUP');
    script.close();
  },
);

test('plays an exit once the refusal has been played, where something strange was said in between', async () => {
  const refusal = error('', "invalid character 'x' looking for beginning of value");
  const script = await openScript([
    ...startUp(),
    client(50, 'x'),
    plugin(51, acknowledgement),
    plugin(52, refusal),
    plugin(55, 'panic: x'),
    event(60, 'exit', { code: 2 }),
  ]);
  // At start-up, nobody could send anything to it.
  expect(script.startUpExit).toBeUndefined();
  expect(script.exitAfterRefusal(1)).toMatchObject({ exit: { code: 2 } });
  script.close();
});
