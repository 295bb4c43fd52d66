import type { Socket } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { guardedFetch, readWhole } from '../../src/sharing/guarded-fetch.ts';
import { patientFetch } from '../../src/sharing/patient-fetch.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { serve } from '../support/registry.ts';

afterEach(() => void vi.useRealTimers());

test('a body that is taken piece by piece is no silence, however long it takes', async () => {
  const host = await serve((request, response) => void request.resume().on('end', () => response.end('had')));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  async function* body(): AsyncIterable<Uint8Array> {
    for (let count = 0; count < 4; count++) {
      yield await Promise.resolve(Buffer.alloc(1000));
      vi.advanceTimersByTime(200_000);
    }
  }
  const answer = await guardedFetch({ url: `http://${host}/`, method: 'PUT', body });
  expect((await readWhole(answer, 10)).toString()).toBe('had');
});

test('a server that takes nothing is given up', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.pause()));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const slab = Buffer.alloc(1 << 20);
  let sent = 0;
  // What the sockets of both ends take of themselves is some MB.
  async function* body(): AsyncIterable<Uint8Array> {
    for (; sent < 64; sent++) yield await Promise.resolve(slab);
  }
  const sending = guardedFetch({ url: `http://127.0.0.1:${port}/`, method: 'PUT', body }).catch(
    (error: unknown) => error,
  );
  await vi.waitUntil(() => sent > 0 && sockets.length > 0, { interval: 1, timeout: 60_000 });
  // Each piece that is still taken begins the wait anew.
  const isOver = sending.then(() => true);
  const nextTurn = (): Promise<boolean> => new Promise((resolve) => setImmediate(() => resolve(false)));
  while (!(await Promise.race([isOver, nextTurn()]))) vi.advanceTimersByTime(240_000);
  expect(await sending).toMatchObject({
    code: 'not-reached',
    message: `Failed to reach 127.0.0.1:${port}: nothing came for 240 s. Check the address, and try again.`,
  });
  expect(sent).toBeLessThan(64);
  for (const socket of sockets) socket.destroy();
  server.close();
});

test('a server that speaks plain HTTP where HTTPS is to be spoken is told in words', async () => {
  const host = await serve((_request, response) => response.end());
  await expect(guardedFetch({ url: `https://${host}/` })).rejects.toMatchObject({
    code: 'not-reached',
    message: `Failed to reach ${host}: it does not speak HTTPS, and plain HTTP goes to this machine only. Check the address, and try again.`,
  });
});

test('an address that is led to and is none is told', async () => {
  const host = await serve((_request, response) => response.writeHead(302, { location: 'http://[' }).end());
  await expect(guardedFetch({ url: `http://${host}/` })).rejects.toMatchObject({
    code: 'registry',
    message: "Failed to fetch: 'http://[' is no address. Check the server.",
  });
});

/** A server that answers with these, and with 200 after them; and a clock that says what was waited. */
async function makeBusy(answers: readonly [number, string?][]) {
  const left = [...answers];
  const asked: string[] = [];
  const host = await serve((request, response) => {
    asked.push(request.method ?? '');
    const [status, after] = left.shift() ?? [200];
    response.writeHead(status, after === undefined ? {} : { 'retry-after': after }).end('x');
  });
  const clock = new FakeClock();
  const [waited, told]: [number[], string[]] = [[], []];
  vi.spyOn(clock, 'after').mockImplementation((ms, callback) => {
    waited.push(ms);
    setImmediate(callback);
    return () => undefined;
  });
  return { host, asked, waited, told, patience: { clock, onWarning: (text: string) => void told.push(text) } };
}

test.each<[string, [number, string?][], number, number[], string[]]>([
  ['a busy server is asked again', [[503], [502], [504]], 200, [500, 1000, 2000], []],
  ['and given up', [[503], [503], [503], [503]], 503, [500, 1000, 2000], []],
  [
    'it says when',
    [
      [429, '1'],
      [429, '0'],
    ],
    200,
    [1000, 0],
    [],
  ],
  ['a long wait is said', [[429, '30']], 200, [30_000], ['HOST answered 429; asked again in 30 s']],
  ['a longer one is not waited for', [[429, '61']], 429, [], []],
  ['a time that is none is not heeded', [[429, 'soon']], 200, [500], []],
  ['a time that is over is now', [[503, 'Wed, 21 Oct 2015 07:28:00 GMT']], 200, [0], []],
  ['what will not pass is not asked again', [[500]], 500, [], []],
])('%s', async (_what, answers, status, pauses, texts) => {
  const { host, asked, waited, told, patience } = await makeBusy(answers);
  const { response } = await patientFetch({ url: `http://${host}/` }, patience);
  expect(response.status).toBe(status);
  expect(waited).toEqual(pauses);
  expect(told.map((text) => text.replace(host, 'HOST'))).toEqual(texts);
  expect(asked).toHaveLength(pauses.length + 1);
});

test('what changes something is not asked again', async () => {
  const { host, asked, patience } = await makeBusy([[503]]);
  const { response } = await patientFetch({ url: `http://${host}/`, method: 'PUT', body: () => 'x' }, patience);
  expect([response.status, asked]).toEqual([503, ['PUT']]);
});
