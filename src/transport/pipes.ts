import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
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

/**
 * Makes real pipes for a child, by way of named ones that are removed at once. What Node itself makes are socket pairs: a
 * child can't open `/dev/stdout` on them, they hold three times as much, and a reader sees ECONNRESET where a pipe ends.
 * @returns undefined where the system has no named pipes; Node's own must do then
 */
export function openChildPipes(
  folders: readonly string[] = [tmpdir(), '/tmp', '/dev/shm', '/run', '.'],
): ChildPipes | undefined {
  for (const folder of new Set(folders)) {
    const pipes = openPipesIn(folder);
    if (pipes !== undefined) return pipes;
  }
  return undefined;
}

function openPipesIn(parent: string): ChildPipes | undefined {
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(parent, 'reprise-'));
    const [stdin, stdout, stderr] = ['in', 'out', 'err'].map((name) => join(folder ?? '', name));
    if (stdin === undefined || stdout === undefined || stderr === undefined) return undefined;
    execFileSync('mkfifo', ['-m', '600', stdin, stdout, stderr], { stdio: 'ignore' });
    return { stdin: openForWriting(stdin), stdout: openForReading(stdout), stderr: openForReading(stderr) };
  } catch {
    // No mkfifo, or a folder that can't be written: another may do, or Node's pipes, which serve in all but the rare cases above.
    return undefined;
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** Closes the child's ends, which a started child has for itself. */
export function closeTheirs(pipes: ChildPipes): void {
  for (const { theirs } of [pipes.stdin, pipes.stdout, pipes.stderr]) closeSync(theirs);
}

function openForReading(path: string): Pipe {
  const own = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK); // does not wait for a writer
  return { own, theirs: openSync(path, constants.O_WRONLY) };
}

function openForWriting(path: string): Pipe {
  const first = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK); // so that the next does not wait for a reader
  const own = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const theirs = openSync(path, constants.O_RDONLY);
  closeSync(first);
  return { own, theirs };
}
