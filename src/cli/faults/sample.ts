import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TransportMode } from '../../foundation/choices.ts';
import { packageVersion } from '../../foundation/package-version.ts';
import { systemCode } from '../../foundation/reprise-error.ts';
import { derivedLines, endLine } from '../../protocol/derived.ts';
import { createHeader } from '../../recording/header.ts';
import type { ReplayOptions } from '../../replayer/replay-options.ts';
import { replay } from '../../replayer/replay.ts';
import { bytesOf } from '../../replayer/step.ts';
import type { Outlet } from '../../transport/outlet.ts';
import { JumpClock } from './jump-clock.ts';

/** Something that a client sees. */
export interface Seen {
  /** Milliseconds since the start. */
  at: number;
  /** 0 is stdout. */
  connection: number;
  /** What was written, or what happened, in words. */
  what: Buffer | string;
}

/** After so long, nothing more is waited for, in milliseconds. */
const longest = 20_000;
/** What crosses a socket is there after so many milliseconds. */
const socketTime = 4;

/** The third request is sent when all should have been answered long ago, in milliseconds. */
const later = 1000;

/** Two invocations that run at once, and one later. */
const lines: readonly [at: number, from: string, message: string][] = [
  [0, 'plugin', derivedLines.loading],
  [10, 'plugin', derivedLines.ready],
  [20, 'client', request('a', 'one')],
  [20, 'client', request('b', 'two')],
  [20, 'plugin', derivedLines.acknowledgement],
  [20, 'plugin', derivedLines.acknowledgement],
  [40, 'plugin', response('a', 'first')],
  [50, 'plugin', response('b', 'only')],
  [60, 'plugin', response('a', 'second')],
  [80, 'plugin', response('a', 'third')],
  [80, 'plugin', endLine('a')],
  [90, 'plugin', endLine('b')],
  [1000, 'client', request('c', 'three')],
  [1000, 'plugin', derivedLines.acknowledgement],
  [1010, 'plugin', response('c', 'later')],
  [1010, 'plugin', endLine('c')],
];

/** Plays a small session to a client that sends two requests, another one later and, at last, SIGTERM: all that it sees. */
export async function playSample(mode: TransportMode, faults: readonly string[]): Promise<Seen[]> {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-'));
  try {
    const file = join(folder, 'sample.jsonl');
    writeFileSync(file, recording());
    return await play(file, { mode, faults, seed: 1 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function play(file: string, options: ReplayOptions & { mode: TransportMode }): Promise<Seen[]> {
  const clock = new JumpClock();
  const seen: Seen[] = [];
  const see = (what: Seen['what'], connection = 0): void => void seen.push({ at: clock.now(), connection, what });
  const { mode } = options;
  let socket: Socket | undefined;
  const plugin = await replay(file, {
    ...options,
    clock,
    stdout: outletTo(
      (bytes) => {
        see(bytes);
        const port = mode === 'tcp' ? /"port":(\d+)/.exec(bytes.toString())?.[1] : undefined;
        if (port === undefined) return;
        socket = dial(Number(port), see);
      },
      () => see('stdout is closed'),
    ),
    stderr: (bytes, onTaken) => {
      see(`${bytes.length} bytes come on stderr`);
      clock.after(1000, onTaken); // when the client has read them
    },
  });
  let isOver = false;
  plugin.exited.then(
    ({ code, signal }) => {
      isOver = true;
      see(signal === null ? `the process ends with status ${code}` : `the process is killed by ${signal}`);
    },
    () => undefined,
  );
  if (mode === 'stdio') plugin.stdin.write(`${request('a', 'one')}\n${request('b', 'two')}\n`);
  clock.after(later, () => void (socket ?? plugin.stdin).write(`${request('c', 'three')}\n`));
  const settle = (): Promise<unknown> => sleep(mode === 'tcp' ? socketTime : 0);
  await clock.runTo(longest, settle);
  if (!isOver) {
    see('SIGTERM is sent');
    plugin.stop();
    await clock.runTo(longest + 1000, settle);
  }
  // What comes of closing it is not shown.
  const all = isOver ? [...seen] : [...seen, { at: clock.now(), connection: 0, what: 'the process lives on' }];
  socket?.destroy();
  await plugin.close();
  return all;
}

/** A client of one connection: it asks when it is told that all is ready. */
function dial(port: number, see: (what: Seen['what'], connection: number) => void): Socket {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  const say = (what: Seen['what']): void => see(what, 1);
  socket.once('data', () => socket.write(`${request('a', 'one')}\n${request('b', 'two')}\n`));
  socket.on('data', (bytes: Buffer) => say(bytes));
  socket.on('end', () => say('the connection ends'));
  socket.on('error', (error) => say(`connection error: ${systemCode(error) ?? error.message}`));
  return socket;
}

function outletTo(see: (bytes: Buffer) => void, onClose: () => void): Outlet {
  let isClosed = false;
  return {
    write(bytes) {
      if (!isClosed) see(bytesOf({ bytes }));
      return true;
    },
    onDrain: () => undefined,
    onFailure: () => undefined,
    flushed: () => Promise.resolve(),
    close() {
      if (!isClosed) onClose();
      isClosed = true;
    },
  };
}

function request(id: string, text: string): string {
  return `{"invoke_id":"${id}","type":"tool","action":"invoke_tool","request":{"tool":"echo","text":"${text}"}}`;
}

function response(id: string, text: string): string {
  return `{"invoke_id":"${id}","type":"plugin_response","response":{"type":"text","message":{"text":"${text}"}}}`;
}

function recording(): string {
  const header = JSON.stringify(createHeader(['dify', 'plugin', 'run', 'sample.difypkg'], packageVersion));
  return [header, ...lines.map(([at, from, message]) => `{"at":${at},"from":"${from}","message":${message}}`)]
    .map((line) => `${line}\n`)
    .join('');
}
