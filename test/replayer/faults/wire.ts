import type { ReplayOptions } from 'reprise';
import { replay } from 'reprise';
import { dial } from '../../support/dial.ts';
import type { LineReader } from '../../support/line-reader.ts';
import { LineReader as Reader } from '../../support/line-reader.ts';
import { until } from '../../support/recorder.ts';
import {
  acknowledgement,
  announcement,
  client,
  end,
  error,
  invocation,
  loading,
  makeRecording,
  plugin,
  ready,
  request,
  response,
  startUp,
} from '../../support/recordings.ts';

/** What most tests play: three answers, one answer, and an error. */
export const session = [
  ...startUp(),
  ...invocation(100, 'a', { n: 1 }, ['one', 'two', 'three']),
  ...invocation(200, 'b', { n: 2 }, ['last']),
  client(300, request('c', { n: 3 })),
  plugin(301, acknowledgement),
  plugin(302, error('c', 'no')),
  plugin(303, end('c')),
];

/** The request that is disturbed, and the one behind it in the same write, which is not. */
export const [askX, askY] = [line(request('x', { n: 1 })), line(request('y', { n: 2 }))];

/** Messages as they go over the wire. */
export function line(...messages: readonly string[]): string {
  return messages.map((message) => `${message}\n`).join('');
}

export const acknowledged = line(acknowledgement);
export const [one, two, three] = [response('x', 'one'), response('x', 'two'), response('x', 'three')];
/** What answers the requests where nothing goes wrong. */
export const plainX = line(acknowledgement, one, two, three, end('x'));
export const plainY = line(acknowledgement, response('y', 'last'), end('y'));

/** The same as the text format has it. */
export const text = {
  acknowledged: '[info] map[info:received request]\n\n',
  ready: '[plugin_ready] map[info:plugin loaded]\n\n',
  end: '[plugin_invoke_end] map[info:plugin invoke end]\n\n',
  response: (what: string): string => `[plugin_response] map[message:map[text:${what}] type:text]\n\n`,
};

/** Of `2026/11/22 10:14:45 run.go:167: [INFO]loading plugin` and its newline. */
export const loadingLength = 53;

/** A fault, and what the wire is with it; all that is not said is as without it. */
export interface Row {
  /** The kind or preset that is shown. */
  name: string;
  /** What stands behind the name; where `x` or `text` is said, it is for the first invocation. */
  spec?: string;
  /** All that answers the first request. */
  x?: string;
  /** All that answers the second request. */
  y?: string;
  /** All that answers the first request in the text format. */
  text?: string;
  /** What comes in the stead of ready, of each connection too. */
  ready?: string;
  /** What comes behind all. */
  last?: string;
  /** What becomes of all. */
  all?: (wire: string) => string;
  /** How it ends, where it ends of itself. */
  exit?: Exit;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export function specOf({ name, spec, x, text: words }: Row): string {
  const aim = x === undefined && words === undefined ? undefined : 'invocation=1';
  return [name, spec, aim].filter((word) => word !== undefined).join(' ');
}

/** What a client hears behind the start, and how all ended. */
export function expectedOf({ x = plainX, y = plainY, last = '', all = (wire) => wire, ...row }: Row): {
  answers: string;
  start: string;
  ready: string;
  exit: Exit;
} {
  return {
    start: all(line(loading)),
    ready: all(row.ready ?? line(ready)),
    answers: all(x + y + last),
    exit: row.exit ?? { code: 0, signal: null },
  };
}

/** All that has come, byte for byte: a character is a byte. */
export function raw({ lines, rest }: LineReader): string {
  return [...lines, rest].join('\n');
}

/** Waits until so much has come, or no more will; what it is the test compares. */
async function come(heard: LineReader, length: number): Promise<void> {
  await until(() => raw(heard).length >= length || heard.hasEnded).catch(() => undefined);
}

/** Asks over stdio, and gives all that comes up to the end, of which so much is waited for. */
export async function overStdio(
  options: ReplayOptions,
  { said = session, asked = askX + askY, length }: { said?: typeof session; asked?: string; length: number },
): Promise<{ wire: string; exit: Exit }> {
  await using plugin = await replay(makeRecording(said), { pace: 'instant', seed: 1, ...options });
  const heard = new Reader(plugin.stdout);
  plugin.stdin.write(asked);
  await come(heard, length);
  plugin.stop();
  const exit = await plugin.exited;
  await heard.end();
  return { wire: raw(heard), exit };
}

/** Asks over a connection, and gives all that comes on it and on stdout up to the end. */
export async function overTcp(
  options: ReplayOptions,
  { asked = askX + askY, length }: { asked?: string; length: number },
): Promise<{ wire: string; stdout: string; exit: Exit; announced: string }> {
  await using plugin = await replay(makeRecording(session), { mode: 'tcp', pace: 'instant', seed: 1, ...options });
  const stdout = new Reader(plugin.stdout);
  const { socket, heard } = await dial(plugin.port);
  socket.write(asked);
  await come(heard, length);
  plugin.stop();
  const exit = await plugin.exited;
  await Promise.all([heard.end(), stdout.end()]);
  return { wire: raw(heard), stdout: raw(stdout), exit, announced: line(announcementOf(plugin.port)) };
}

export function announcementOf(port: number): string {
  return announcement.replaceAll('41877', String(port));
}
