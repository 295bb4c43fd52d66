import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeFolder } from '../support/files.ts';
import { hasIpv6 } from '../support/machine.ts';
import type { Line, Running } from '../support/recorder.ts';
import { bytesOf, eventsOf, program, readLines, recordCommand, start, until } from '../support/recorder.ts';
import { ready } from '../support/recordings.ts';

interface Plugin {
  running: Running;
  /** The announced address. */
  host: string;
  port: number;
  /** What the recording holds once it is sealed. */
  finish: () => Promise<Line[]>;
}

const greeting = `${ready}\n`;

/** Records a plugin in TCP mode, and reads its announcement. */
async function startPlugin(how = '', host = '::', format = 'json'): Promise<Plugin> {
  const file = join(makeFolder(), 'recording.jsonl');
  const running = start(recordCommand(file, program('tcp-plugin.mjs', how, host, format), ['-q']));
  const address = (): RegExpExecArray | null =>
    /plugin is running on (.*?):(\d+)["\n]/.exec(running.stdout().toString());
  await until(
    () => address() !== null && running.stdout().includes('\n'),
    () => 'it is announced',
  );
  const finish = async (): Promise<Line[]> => {
    running.child.kill('SIGTERM');
    await running.ended;
    return readLines(file);
  };
  return { running, host: address()?.[1] ?? '', port: Number(address()?.[2]), finish };
}

/** Connects; what comes is collected. */
function dial(port: number, host = '127.0.0.1'): { socket: Socket; received: () => string; over: Promise<string> } {
  const socket = connect({ port, host, allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const over = new Promise<string>((resolve) => {
    socket.once('end', () => resolve('end'));
    // A reset that is quicker than the connection's own event is one of `connect`.
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? ''));
  });
  return { socket, received: () => Buffer.concat(chunks).toString(), over };
}

function announcedPort(lines: readonly Line[]): number {
  const found = /plugin is running on .*?:(\d+)\\?"/.exec(lines.map(({ raw }) => raw).join('\n'));
  return Number(found?.[1]);
}

test.each([
  ['', '::', 'json'],
  ['bytes', '::', 'json'],
  ['halves', '::', 'json'],
  ['', '127.0.0.1', 'json'],
  ['', '::', 'text'],
  ['bytes', '127.0.0.1', 'text'],
])('it announces its own port for a plugin that announces in pieces "%s" on %s in %s', async (how, host, format) => {
  const plugin = await startPlugin(how, host, format);
  const client = dial(plugin.port);
  client.socket.end('hello\n');
  expect(await client.over).toBe('end');
  expect(client.received()).toBe(`${greeting}hello\n`);
  const lines = await plugin.finish();
  expect(announcedPort(lines)).not.toBe(plugin.port);
  expect(bytesOf(lines, 'client', { connection: 1 }).toString()).toBe('hello\n');
  expect(bytesOf(lines, 'plugin', { connection: 1 }).toString()).toBe(`${greeting}hello\n`);
  const kept = bytesOf(lines, 'plugin').toString();
  expect(plugin.running.stdout().toString()).toBe(kept.replaceAll(String(announcedPort(lines)), String(plugin.port)));
  expect(eventsOf(lines, 'about')).toContainEqual({ transport: 'tcp' });
});

test.skipIf(!hasIpv6)('a plugin that listens on ::1 alone is reached over both addresses', async () => {
  const plugin = await startPlugin('', '::1');
  expect(plugin.host).toBe('::1');
  for (const host of ['127.0.0.1', '::1']) {
    const client = dial(plugin.port, host);
    client.socket.end();
    expect([await client.over, client.received()]).toEqual(['end', greeting]);
  }
});

test('a half-close reaches the plugin, which answers afterwards', async () => {
  const plugin = await startPlugin('greet');
  const client = dial(plugin.port);
  await once(client.socket, 'data');
  client.socket.end();
  expect(await client.over).toBe('end');
  expect(client.received()).toBe(`${greeting}bye\n`);
  const lines = await plugin.finish();
  expect(eventsOf(lines, 'eof').slice(0, 2)).toEqual([
    { from: 'client', connection: 1 },
    { from: 'plugin', connection: 1 },
  ]);
  expect(eventsOf(lines, 'disconnect')).toEqual([{ connection: 1, from: 'plugin', reset: false }]);
});

test('a connection that is half-closed before the plugin is reached is half-closed there too', async () => {
  const plugin = await startPlugin('greet');
  const clients = Array.from({ length: 20 }, () => dial(plugin.port));
  for (const { socket } of clients) socket.end();
  for (const { over, received } of clients) expect([await over, received()]).toEqual(['end', `${greeting}bye\n`]);
});

test('a reset by the client reaches the plugin, one by the plugin the client', async () => {
  const plugin = await startPlugin('reset');
  const [first, second] = [dial(plugin.port), dial(plugin.port)];
  await Promise.all([once(first.socket, 'data'), once(second.socket, 'data')]);
  first.socket.resetAndDestroy();
  second.socket.write('go\n');
  await second.over;
  expect(second.socket.remotePort).toBeUndefined(); // libuv makes an end of a reset that comes along with data
  const lines = await plugin.finish();
  const disconnects = eventsOf(lines, 'disconnect').map(({ from, reset }) => `${String(from)} ${String(reset)}`);
  expect(disconnects.toSorted()).toEqual(['client true', 'plugin true']);
});

test('a plugin that refuses gives its client a reset', async () => {
  const plugin = await startPlugin('refuse');
  const client = dial(plugin.port);
  expect(await client.over).toBe('ECONNRESET');
  expect(eventsOf(await plugin.finish(), 'disconnect')).toEqual([{ connection: 1, from: 'plugin', reset: true }]);
});

test('all that a plugin sent before it exited arrives, also at a slow client', async () => {
  const plugin = await startPlugin('exit');
  const client = dial(plugin.port);
  await once(client.socket, 'data');
  client.socket.write('go\n');
  await once(client.socket, 'data');
  client.socket.pause();
  await new Promise<void>((resolve) => setTimeout(resolve, 200)); // a client that has something else to do
  client.socket.resume();
  expect(await client.over).toBe('end');
  expect(client.received()).toHaveLength(greeting.length + (4 << 20) + 1);
  expect((await plugin.running.ended).code).toBe(3);
  expect(bytesOf(await plugin.finish(), 'plugin', { connection: 1 })).toHaveLength(greeting.length + (4 << 20) + 1);
});

test('what a plugin sent before it crashed arrives', async () => {
  const plugin = await startPlugin('crash');
  const client = dial(plugin.port);
  await once(client.socket, 'data');
  client.socket.write('go\n');
  await client.over;
  expect(client.received()).toHaveLength(greeting.length + 100_000);
  expect((await plugin.running.ended).code).toBe(137);
});

test('a hundred connections at once are kept apart, resets and all', async () => {
  const plugin = await startPlugin();
  const clients = Array.from({ length: 100 }, (_, index) => ({
    ...dial(plugin.port),
    text: `${'line of '.repeat(200)}${index}\n`,
  }));
  await Promise.all(clients.map(({ socket }) => once(socket, 'data')));
  for (const [index, { socket, text }] of clients.entries()) {
    socket.write(text);
    if (index % 3 === 0) socket.resetAndDestroy();
    else socket.end();
  }
  for (const { over, received, text } of clients.filter((_, index) => index % 3 !== 0)) {
    expect([await over, received()]).toEqual(['end', `${greeting}${text}`]);
  }
  const lines = await plugin.finish();
  expect(eventsOf(lines, 'connect')).toHaveLength(100);
  expect(eventsOf(lines, 'disconnect').filter(({ reset }) => reset === true)).toHaveLength(34);
  for (let connection = 1; connection <= 100; connection++) {
    const said = bytesOf(lines, 'client', { connection }).toString();
    const answered = bytesOf(lines, 'plugin', { connection }).toString();
    expect(`${greeting}${said}`.startsWith(answered)).toBe(true);
  }
});

test('a line of 15 MiB both ways at once does not deadlock a connection', async () => {
  const plugin = await startPlugin();
  const client = dial(plugin.port);
  client.socket.end(Buffer.alloc(15 << 20, 'x'));
  expect(await client.over).toBe('end');
  expect(client.received()).toHaveLength(greeting.length + (15 << 20));
});

test('stdin and stderr are passed on beside the connections', async () => {
  const plugin = await startPlugin();
  plugin.running.child.stdin.end('not read\n');
  const lines = await plugin.finish();
  expect(bytesOf(lines, 'client').toString()).toBe('not read\n');
});
