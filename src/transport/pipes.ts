import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Both ends of a pipe, as descriptors: `own` stays in this process and does not block, `theirs` goes to a child and does. */
interface Pipe {
  own: number;
  theirs: number;
}

/** The three pipes of a child. */
export interface ChildPipes {
  stdin: Pipe;
  stdout: Pipe;
  stderr: Pipe;
}

/** A shell keeps a short here-document in a pipe; this one has three, says so, and waits until they have been taken. */
const pipeMaker = 'exec 4<<A 5<<B 6<<C\n\nA\n\nB\n\nC\necho\nread -r word';

/**
 * Makes real pipes for a child. What Node itself makes are socket pairs: a child can't open `/dev/stdout` on them, they
 * hold three times as much, and a reader sees ECONNRESET where a pipe ends.
 * @returns undefined where the system has neither pipes that can be opened by name nor named ones; Node's own must do then
 */
export async function openChildPipes(): Promise<ChildPipes | undefined> {
  return (await openShellPipes()) ?? openNamedPipes();
}

/** Closes the child's ends, which a started child has for itself. */
export function closeTheirs(pipes: ChildPipes): void {
  for (const { theirs } of [pipes.stdin, pipes.stdout, pipes.stderr]) closeSync(theirs);
}

/** Takes the pipes of a shell's here-documents over, through /proc. */
async function openShellPipes(): Promise<ChildPipes | undefined> {
  const maker = spawn('/bin/sh', ['-c', pipeMaker], { stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    const isMade = await new Promise<boolean>((resolve) => {
      maker.stdout.once('data', () => resolve(true));
      maker.once('close', () => resolve(false));
      maker.once('error', () => resolve(false));
    });
    return isMade
      ? openAll(
          [4, 5, 6].map((fd) => `/proc/${maker.pid}/fd/${fd}`),
          true,
        )
      : undefined;
  } catch {
    // No /proc, or a shell that keeps here-documents elsewhere: named pipes may do.
    return undefined;
  } finally {
    dismiss(maker);
  }
}

/**
 * Makes pipes by way of named ones that are removed at once. They differ in one thing: opening `/dev/stdin` waits for a
 * writer when there is none any more.
 */
function openNamedPipes(): ChildPipes | undefined {
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), 'reprise-'));
    const paths = ['in', 'out', 'err'].map((name) => join(folder ?? '', name));
    execFileSync('mkfifo', ['-m', '600', ...paths], { stdio: 'ignore' });
    return openAll(paths, false);
  } catch {
    // No mkfifo, or no temporary folder: the caller takes Node's pipes, which serve in all but the rare cases above.
    return undefined;
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function openAll([stdin = '', stdout = '', stderr = '']: readonly string[], hasContent: boolean): ChildPipes {
  const open: number[] = [];
  const openOne = (path: string, isInput: boolean): Pipe => {
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK); // does not wait for a writer
    open.push(reader);
    if (!fstatSync(reader).isFIFO()) throw new Error('not a pipe');
    if (hasContent) readSync(reader, Buffer.alloc(16));
    const writer = openSync(path, constants.O_WRONLY | (isInput ? constants.O_NONBLOCK : 0));
    open.push(writer);
    if (!isInput) return { own: reader, theirs: writer };
    const theirs = openSync(path, constants.O_RDONLY);
    closeSync(reader);
    open.splice(open.indexOf(reader), 1, theirs);
    return { own: writer, theirs };
  };
  try {
    return { stdin: openOne(stdin, true), stdout: openOne(stdout, false), stderr: openOne(stderr, false) };
  } catch (error) {
    for (const fd of open) closeSync(fd);
    throw error;
  }
}

/** It ends with its stdin; this process need not wait for that. */
function dismiss(maker: ChildProcess): void {
  maker.stdin?.on('error', () => undefined).end();
  maker.stdout?.destroy();
  maker.unref();
}
