import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { makeFolder } from './files.ts';
import { reprise } from './programs.ts';

const programs = fileURLToPath(new URL('../fixtures/programs/', import.meta.url));
const interpreters = { sh: '/bin/sh', mjs: process.execPath, py: 'python3' } as const;

/** In the environment of all that a test starts, so that what is left of it can be found. */
const mark = `REPRISE_TEST=${randomUUID()}`;

export const hasPython = spawnSync('python3', ['-c', 'import pty']).status === 0;
export const isLinux = process.platform === 'linux';

/** The command that runs one of the tiny programs. */
export function program(name: `${string}.${keyof typeof interpreters}`, ...args: readonly string[]): string[] {
  const kind = name.slice(name.lastIndexOf('.') + 1) as keyof typeof interpreters; // by its type
  return [interpreters[kind], ...(kind === 'py' ? ['-S'] : []), join(programs, name), ...args];
}

/** A command as a shell reads it. */
export function quoted(command: readonly string[]): string {
  return command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
}

/** The command that records another one. */
export function recordCommand(file: string, command: readonly string[], options: readonly string[] = []): string[] {
  return [...reprise, 'record', '-o', file, ...options, '--', ...command];
}

/** A process whose output is collected as it comes. */
export interface Running {
  child: ChildProcessWithoutNullStreams;
  stdout: () => Buffer;
  stderr: () => string;
  /** Resolves when stdout, or stderr, has come to hold this. */
  says: (text: string, where?: 'stdout' | 'stderr') => Promise<void>;
  ended: Promise<Ended>;
}

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: Buffer;
  stderr: string;
}

export interface StartOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Is left unread. */
  unread?: 'stdout';
}

/** Starts a process, and ends it and what came of it with the test. */
export function start([name = '', ...args]: readonly string[], { cwd, env, unread }: StartOptions = {}): Running {
  const child = spawn(name, args, {
    cwd,
    env: { ...process.env, REPRISE_TEST: mark.split('=')[1], ...env },
    stdio: 'pipe',
  });
  onTestFinished(endAll);
  const collected = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  for (const where of ['stdout', 'stderr'] as const)
    if (where !== unread) child[where].on('data', (chunk: Buffer) => collected[where].push(chunk));
  child.stdin.on('error', () => undefined); // told by what the test looks at
  const stdout = (): Buffer => Buffer.concat(collected.stdout);
  const stderr = (): string => Buffer.concat(collected.stderr).toString();
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once(unread === undefined ? 'close' : 'exit', (code: number | null, signal: NodeJS.Signals | null) =>
      resolve({ code, signal, stdout: stdout(), stderr: stderr() }),
    );
  });
  const says = (text: string, where: 'stdout' | 'stderr' = 'stdout'): Promise<void> =>
    until(
      () => (where === 'stdout' ? stdout().toString('latin1') : stderr()).includes(text),
      () =>
        `${where} says ${JSON.stringify(text)}; stdout ${stdout().toString().slice(-500)}; stderr ${stderr().slice(-500)}`,
    );
  return { child, stdout, stderr, says, ended };
}

function endAll(): void {
  for (const pid of isLinux ? processesWith(mark) : []) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone meanwhile.
    }
  }
}

/** A finished recording of a command, and its client's view. */
export interface Recorded extends Ended {
  file: string;
  lines: Line[];
}

/** Records a command from its start to its end. */
export async function record(
  command: readonly string[],
  { input = '', options = [], ...how }: StartOptions & { input?: string | Buffer; options?: readonly string[] } = {},
): Promise<Recorded> {
  const file = join(makeFolder(), 'recording.jsonl');
  const running = start(recordCommand(file, command, options), how);
  running.child.stdin.end(input);
  return { ...(await running.ended), file, lines: readLines(file) };
}

/** One line of a recording, parsed. */
export interface Line {
  at: number;
  from?: 'client' | 'plugin';
  stream?: 'stderr';
  connection?: number;
  event?: string;
  /** The line itself. */
  raw: string;
  [key: string]: unknown;
}

/** All of a recording that is whole; the last line may be cut. */
export function readLines(file: string): Line[] {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((raw) => Object.assign(JSON.parse(raw) as Line, { raw })); // what it is, the tests look at
}

/** The bytes that one side said, put together again from a recording. */
export function bytesOf(
  lines: readonly Line[],
  from: 'client' | 'plugin',
  { connection, stream }: Pick<Line, 'connection' | 'stream'> = {},
): Buffer {
  return Buffer.concat(
    lines
      .filter(
        (line) =>
          line.event === undefined && line.from === from && line.connection === connection && line.stream === stream,
      )
      .map(payloadOf),
  );
}

function payloadOf(line: Line): Buffer {
  const { base64, text } = line;
  const message = line.raw.slice(line.raw.indexOf('"message":') + 10, -1);
  const content =
    typeof base64 === 'string' ? Buffer.from(base64, 'base64') : Buffer.from(typeof text === 'string' ? text : message);
  const ending = line['part'] === true ? '' : typeof line['eol'] === 'string' ? line['eol'] : '\n';
  return Buffer.concat([content, Buffer.from(ending)]);
}

export function eventsOf(lines: readonly Line[], event: string): Record<string, unknown>[] {
  return lines.filter((line) => line.event === event).map(({ at: _at, event: _event, raw: _raw, ...fields }) => fields);
}

/** Waits for something that nobody tells of. */
export async function until(
  check: () => boolean,
  what: () => string = () => 'it to become true',
  ms = 60_000,
): Promise<void> {
  for (const deadline = performance.now() + ms; !check(); await sleep(5)) {
    if (performance.now() > deadline) throw new Error(`Waited ${ms} ms in vain until ${what()}`);
  }
}

/** Processes, dead ones left out, that have this in their environment. */
export function processesWith(tag: string): number[] {
  return readdirSync('/proc')
    .filter(
      (name) =>
        /^\d+$/.test(name) &&
        readProc(`${name}/environ`).includes(tag) &&
        !/^\d+ \(.*\) Z/s.test(readProc(`${name}/stat`)),
    )
    .map(Number);
}

/** How a process is: `S` sleeps, `R` runs, `T` is stopped. */
export function stateOf(pid: number): string {
  return /^\d+ \(.*\) (\w)/s.exec(readProc(`${pid}/stat`))?.[1] ?? 'gone';
}

function readProc(name: string): string {
  try {
    return readFileSync(`/proc/${name}`, 'latin1');
  } catch {
    // Gone meanwhile.
    return '';
  }
}
