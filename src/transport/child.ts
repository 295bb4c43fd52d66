import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { RepriseError, reasonOf, systemCode } from '../foundation/reprise-error.ts';
import type { LastWill } from './guard.ts';
import { guardScript, writeWill } from './guard.ts';
import { keepEnvironment } from './keep-environment.ts';
import type { ChildPipes } from './pipes.ts';
import { closeTheirs, openChildPipes } from './pipes.ts';

/** How a process ended: by its own status, or by a signal. */
export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A running command. It is the leader of a session of its own, and does not outlive this process. */
export interface Child {
  pid: number;
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  exited: Promise<ProcessExit>;
  /** Sends a signal to the command, or to all of its process group. */
  kill: (signal: NodeJS.Signals, who?: 'process' | 'group') => void;
}

/** How a command is started. */
export interface ChildOptions {
  env: NodeJS.ProcessEnv;
  /** What the guard does with a file when this process is killed. */
  lastWill?: LastWill | undefined;
}

/**
 * Starts a command with real pipes, under a guard that ends it when this process is killed.
 * @throws RepriseError `start-failed` where the system starts no process at all; look the command up beforehand
 */
export async function startChild(command: readonly string[], { env, lastWill }: ChildOptions): Promise<Child> {
  const pipes = await openChildPipes();
  const started = startShell(['-c', guardScript, 'sh', ...keepEnvironment(command, env)], {
    detached: true,
    env,
    stdio: [pipes?.stdin.theirs ?? 'pipe', pipes?.stdout.theirs ?? 'pipe', pipes?.stderr.theirs ?? 'pipe', 'pipe'],
  });
  if (pipes !== undefined) closeTheirs(pipes);
  const { child, exited } = await started.catch((error: unknown) => {
    throw new RepriseError('start-failed', `Failed to start ${command[0]}: ${reasonOf(error)}.`, {
      exitStatus: 125,
      cause: error,
    });
  });
  // stdio above has a pipe at 3, which Node gives as a duplex socket.
  const guard = child.stdio[3] as Socket;
  guard.on('error', () => guard.destroy()); // the guard may be gone before it is told
  if (lastWill !== undefined) guard.write(writeWill(lastWill));
  void exited.then(() => guard.end('bye\n'));
  const pid = child.pid ?? 0;
  const kill = (signal: NodeJS.Signals, who: 'process' | 'group' = 'process'): void => {
    if (who === 'group') sendSignal(-pid, signal);
    else if (child.exitCode === null && child.signalCode === null) sendSignal(pid, signal); // else the id may be another's
  };
  return { pid, ...streamsOf(child, pipes), exited, kill };
}

/** Of what the system refuses, Node throws some and tells the rest by an event. */
async function startShell(
  args: readonly string[],
  options: SpawnOptions,
): Promise<{ child: ChildProcess; exited: Promise<ProcessExit> }> {
  const child = spawn('/bin/sh', args, options);
  const exited = new Promise<ProcessExit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  return { child, exited };
}

function streamsOf(child: ChildProcess, pipes: ChildPipes | undefined): Pick<Child, 'stdin' | 'stdout' | 'stderr'> {
  if (pipes !== undefined) {
    return {
      stdin: new Socket({ fd: pipes.stdin.own, readable: false, writable: true }),
      stdout: new Socket({ fd: pipes.stdout.own, readable: true, writable: false }),
      stderr: new Socket({ fd: pipes.stderr.own, readable: true, writable: false }),
    };
  }
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error('a child was started without its pipes');
  return { stdin, stdout, stderr };
}

/** A process that has just gone can't be signalled, which is no error. */
function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error;
  }
}
