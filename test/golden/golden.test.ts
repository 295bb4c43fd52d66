import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { replay } from 'reprise';
import { expect, test } from 'vitest';
import type { Session } from '../support/golden-sessions.ts';
import { driveReplay, folder, inJson, recorded, sessions } from '../support/golden-sessions.ts';
import { LineReader } from '../support/line-reader.ts';
import { createTurns, drive, reprise, run, sessionFile } from '../support/programs.ts';
import type { Exchange, Read } from '../support/read-recording.ts';
import { acknowledgement, idOf, readExchanges, readRecording } from '../support/read-recording.ts';

const isReady = ({ name }: Session): boolean =>
  readFileSync(sessionFile(name), 'utf8').includes('plugin_ready\\"') && name !== 'bad-format';
const ready = inJson.filter(isReady);
const inTurn = createTurns(3); // many of them do nothing but wait for a signal
const timeout = 120_000;
const equal = { status: 0, output: expect.stringMatching(/: equal, \d+ lines\n$/) as string };

function replayCommand({ recording, transport }: Session): string[] {
  return [...reprise, 'replay', recording, '-m', transport, '--pace', 'instant'];
}

test('there are 41 sessions', () => {
  expect(sessions).toHaveLength(41);
});

test.concurrent.each(sessions)('recording $name changes nothing', { timeout }, (session) =>
  inTurn(async () => {
    expect(await recorded(session)).toEqual(equal);
    const { events } = readRecording(session.recording);
    expect(events.at(-1)).toMatchObject({ event: 'end', reason: 'plugin-exited' });
    const about = Object.assign({}, ...events.filter(({ event }) => event === 'about')) as object;
    expect(about).toMatchObject(
      isReady(session) ? { transport: session.transport, response_format: session.format } : {},
    );
  }),
);

test.concurrent.each(inJson)('a replay of $name is the plugin, whatever the ids', { timeout }, (session) =>
  inTurn(async () => {
    await recorded(session);
    expect(await driveReplay(session.name, ['--new-ids'], replayCommand(session))).toEqual(equal);
  }),
);

test.concurrent.each(
  ready.flatMap((session) => [
    { session, name: session.name, seed: '1' },
    { session, name: session.name, seed: '7' },
  ]),
)('a replay of $name knows what it was asked, in the order of seed $seed', { timeout }, ({ session, seed }) =>
  inTurn(async () => {
    await recorded(session);
    expect(await driveReplay(session.name, ['--shuffle', seed], replayCommand(session))).toEqual(equal);
  }),
);

test('a replay in the text format prints what the real program printed', { timeout }, async () => {
  const session = sessions.find(({ name }) => name === 'text-values-as-json');
  if (session === undefined) throw new Error('the session is missing');
  await recorded(session);
  expect(await drive('text-values', [], [...replayCommand(session), '-r', 'text'])).toEqual(equal);
});

test.concurrent.each(sessions.filter(({ format, exact_stderr }) => format === 'text' && exact_stderr !== true))(
  'a recording of $name is refused, since the text format has no ids',
  { timeout },
  (session) =>
    inTurn(async () => {
      await recorded(session);
      const { status, output } = await run([...reprise, 'replay', session.recording]);
      expect([status, output]).toEqual([
        2,
        expect.stringContaining('it was recorded in the text format, which has no ids'),
      ]);
    }),
);

test.concurrent.each(
  ready.flatMap((session) => [
    { session, name: session.name, mode: 'stdio' as const },
    { session, name: session.name, mode: 'tcp' as const },
  ]),
)(
  'a replay of $name over $mode sends byte for byte what was recorded, and nothing else',
  { timeout },
  ({ session, mode }) =>
    inTurn(async () => {
      await recorded(session);
      const all = readExchanges(readRecording(session.recording));
      const tooLong = all.findIndex(({ line }) => line.length >= 15 << 20);
      const exchanges = tooLong < 0 ? all : all.slice(0, tooLong); // nothing is heard after it
      expect(all.some(({ answers }) => answers.length > 0)).toBe(true);
      await using plugin = await replay(session.recording, { mode, pace: 'instant' });
      const stdout = new LineReader(plugin.stdout);
      const heard =
        mode === 'stdio'
          ? await playOverStdio(exchanges, plugin.stdin, stdout)
          : await playOverTcp(exchanges, plugin.port);
      if (mode === 'stdio') heard.expected.unshift(stdout.lines[0] ?? '', stdout.lines[1] ?? '');
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      for (const [reader, expected] of heard.readers) expect(reader.lines.slice(expected.length)).toEqual([]);
      const start = stdout.lines.slice(0, 2).map((line) => line.replaceAll(String(plugin.port), 'PORT'));
      expect(start).toEqual(mode === 'stdio' ? [loading, readyLine] : [loading, announced]);
    }),
);

const loading = '{"invoke_id":"","type":"info","response":{"info":"loading plugin"}}';
const readyLine = '{"invoke_id":"","type":"plugin_ready","response":{"info":"plugin loaded"}}';
const announced =
  '{"invoke_id":"","type":"info","response":{"host":"::","info":"plugin is running on :::PORT","port":PORT}}';

interface Heard {
  expected: string[];
  readers: Map<LineReader, string[]>;
}

interface Wire {
  write: (text: Buffer) => unknown;
}

/** Asks one after the other, each with another id, and compares what comes with what was recorded. */
async function ask(exchange: Exchange, id: string, wire: Wire, reader: LineReader): Promise<string[]> {
  const isRenamed = exchange.isRequest && exchange.id !== '' && exchange.line.split(/"invoke_id":/i).length === 2;
  const line = isRenamed ? exchange.line.replace(/("invoke_id":\s*)"(?:[^"\\]|\\.)*"/i, `$1"${id}"`) : exchange.line;
  const answers = isRenamed
    ? exchange.answers.map((answer) => answer.replace(/^\{"invoke_id":"(?:[^"\\]|\\.)*"/, () => `{"invoke_id":"${id}"`))
    : exchange.answers;
  const from = reader.lines.length;
  wire.write(Buffer.from(`${line}\n`, 'latin1'));
  const expected = [acknowledgement, ...answers];
  await reader.count(from + expected.length);
  expect(reader.lines.slice(from)).toEqual(expected);
  return expected;
}

async function playOverStdio(exchanges: readonly Exchange[], stdin: Wire, reader: LineReader): Promise<Heard> {
  const expected: string[] = [];
  await reader.count(2);
  for (const [index, exchange] of exchanges.entries())
    expected.push(...(await ask(exchange, `own-${index}`, stdin, reader)));
  return { expected, readers: new Map([[reader, expected]]) };
}

async function playOverTcp(exchanges: readonly Exchange[], port: number): Promise<Heard> {
  const sockets = new Map<number, { socket: Wire; reader: LineReader }>();
  const readers = new Map<LineReader, string[]>();
  for (const [index, exchange] of exchanges.entries()) {
    const connection = Math.max(exchange.connection, 1);
    // Connections count in the order in which they are made.
    while (sockets.size < connection) {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      const reader = new LineReader(socket);
      await once(socket, 'connect');
      expect(await reader.count(1)).toEqual([readyLine]);
      sockets.set(sockets.size + 1, { socket, reader });
      readers.set(reader, [readyLine]);
    }
    const one = sockets.get(connection);
    if (one === undefined) throw new Error('it is not connected');
    readers.get(one.reader)?.push(...(await ask(exchange, `own-${index}`, one.socket, one.reader)));
  }
  return { expected: [], readers };
}

test.concurrent.each(ready)('a recording of a replay of $name holds what the recording holds', { timeout }, (session) =>
  inTurn(async () => {
    await recorded(session);
    const second = join(folder, `${session.name}.again.jsonl`);
    expect(
      await driveReplay(session.name, [], [...reprise, 'record', '-q', '-o', second, '--', ...replayCommand(session)]),
    ).toEqual(equal);
    compareRecordings(readRecording(session.recording), readRecording(second));
  }),
);

const isFailedWrite = (text: string): boolean =>
  /"error":"write tcp .*(broken pipe|connection reset by peer)"/.test(text);

/** Lines of one side by connection and id, without what may differ. */
function group({ lines }: Read, from: 'client' | 'plugin', isLate?: boolean): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const line of lines) {
    if (line.from !== from || (isLate === false && line.isLate) || isFailedWrite(line.text)) continue;
    const key = `${line.connection} ${from === 'client' ? '' : idOf(line.text)}`;
    groups.set(key, [
      ...(groups.get(key) ?? []),
      line.text.replace(/(running on :::)\d+(","port":)\d+/, '$1PORT$2PORT'),
    ]);
  }
  return groups;
}

/** What came after a signal, or to a client that had gone, may be there or not. */
function compareRecordings(first: Read, second: Read): void {
  expect(group(second, 'client')).toEqual(group(first, 'client'));
  const [certain, all, again] = [group(first, 'plugin', false), group(first, 'plugin'), group(second, 'plugin')];
  const gone = new Set(
    first.events
      .filter(({ event, from }) => event === 'disconnect' && from === 'client')
      .map(({ connection }) => Number(connection)),
  );
  for (const key of new Set([...all.keys(), ...again.keys()])) {
    const [least, most, got] = [certain.get(key) ?? [], all.get(key) ?? [], again.get(key) ?? []];
    const isGone = gone.has(Number(key.split(' ')[0]));
    expect(got).toEqual(most.slice(0, got.length));
    expect(got.length).toBeGreaterThanOrEqual(isGone ? 0 : least.length);
  }
}
