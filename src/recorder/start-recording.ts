import { dirname } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../foundation/clock.ts';
import { systemClock, within } from '../foundation/clock.ts';
import { packageVersion } from '../foundation/package-version.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import type { ProcessExit } from '../transport/child.ts';
import { startChild } from '../transport/child.ts';
import type { LastWill } from '../transport/guard.ts';
import { fingerprintOf } from '../foundation/placeholder.ts';
import { createKey, openKey } from '../recording/project-key.ts';
import type { Redactor } from '../recording/redaction/redactor.ts';
import { findCommand } from '../transport/find-command.ts';
import { freeFile, nameRecording, openOutput, refuseExisting } from './output-file.ts';
import { openRedactor } from './open-redactor.ts';
import type { RedactionWishes } from './open-redactor.ts';
import { readPackageFacts } from './package-facts.ts';
import { Session } from './session.ts';
import { startStdioRelays } from './stdio-relays.ts';
import type { Learned, SessionSum } from './tally.ts';

/** What is still to come when the command has exited may take so long, in milliseconds: its children may hold the pipes. */
const lastWords = 1000;
/** So often it is asked whether a client is slow, in milliseconds. */
const lastWordsStep = 20;
/** A command that does not end on SIGTERM gets SIGKILL after so long, in milliseconds. */
const closePatience = 2000;
/** Signals that a client ends a command with. */
const ending: ReadonlySet<NodeJS.Signals> = new Set(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']);

export interface RecordingOptions extends RedactionWishes {
  /** The command and its arguments. */
  command: readonly string[];
  /** Where the recording goes. @default a name made of the package and the time, in ./recordings */
  file?: string;
  /** Overwrites a file that is there. @default false */
  force?: boolean;
  env?: NodeJS.ProcessEnv;
  /** Keeps secrets in the recording as they are. @default false */
  noRedact?: boolean | undefined;
  /** What is known of the session beforehand: fields of the event `about`. */
  about?: Readonly<Record<string, unknown>>;
  /** Keeps each chunk before it is passed on, so that a SIGKILL costs no line that the client has seen. @default false */
  writeFirst?: boolean;
  /** What becomes of the file when this process is killed. */
  lastWill?: LastWill;
  /** The client's side. @default streams that the handle has */
  stdin?: Readable;
  stdout?: Writable;
  stderr?: Writable;
  /** The recording is not kept any more, and why; the session goes on. */
  onLoss?: (error: Error) => void;
  /** The project's key can't be kept, and why: placeholders have a key that nobody has, and match any value. */
  onKeyLoss?: (error: Error) => void;
  /** The transport, or the format, has been learned. */
  onLearned?: (learned: Learned) => void;
  clock?: Clock;
}

/** What became of a session. */
export interface RecordResult extends SessionSum {
  file: string;
  exit: ProcessExit;
  /** Milliseconds. */
  duration: number;
  /** Why the recording is not whole. */
  loss: Error | undefined;
  /** How often a secret was replaced, by kind. */
  redacted: ReadonlyMap<string, number>;
  /** How many different secrets were replaced. */
  secrets: number;
}

/** A session being recorded. */
export interface Recorder extends AsyncDisposable {
  file: string;
  pid: number;
  /** Write what the client says here, where no stdin was given. */
  stdin: Writable;
  /** Read what the plugin says here, where no stdout or stderr was given. */
  stdout: Readable;
  stderr: Readable;
  /** Lines and bytes so far. */
  readonly counts: { messages: number; bytes: number };
  /** Resolves when the command has exited and the recording is sealed. */
  finished: Promise<RecordResult>;
  /** Passes a signal on to the command, or to its process group as a terminal does, and notes it. */
  signal: (signal: NodeJS.Signals, who?: 'process' | 'group') => void;
  /** Ends the command with SIGTERM, with SIGKILL after two seconds, and seals the recording. */
  close: () => Promise<void>;
}

/**
 * Starts a command, stands between it and its client without changing a byte, and keeps every line with its time.
 * @throws RepriseError where the file exists, or the command can't be started (127, 126 as `exitStatus`)
 */
export async function startRecording(options: RecordingOptions): Promise<Recorder> {
  const { command, force = false, env = process.env, clock = systemClock } = options;
  const name = firstWord(command);
  const own = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const { stdin = own.stdin, stdout = own.stdout, stderr = own.stderr } = options;

  const found = findCommand(name, env['PATH']);
  const file = options.file ?? freeFile(nameRecording(command));
  refuseExisting(file, force);
  const redaction = options.noRedact === true ? undefined : await startRedaction(file, options);
  const facts = readPackageFacts(command).then((known) => {
    redaction?.redactor.addFields(known?.secretFields ?? []);
    return known;
  });
  // What is kept before it is passed on can't wait.
  if (options.writeFirst === true) await facts;
  let loss: Error | undefined;
  const onLoss = (error: Error): void => {
    loss = error;
    options.onLoss?.(error);
  };
  const onHold = (isHeld: boolean): void => relays.hold(isHeld);
  const onLearned = (learned: Learned): void => options.onLearned?.(learned);
  const output = openOutput(file, force, onLoss);
  const session = new Session({
    clock,
    command,
    version: packageVersion,
    fd: output?.fd,
    onLoss,
    onHold,
    onLearned,
    writesFirst: options.writeFirst ?? false,
    redactor: redaction?.redactor,
    isReady: redaction === undefined || options.writeFirst === true ? undefined : facts,
  });
  const began = clock.now();
  if (redaction !== undefined) session.event('about', { redaction: { key: redaction.fingerprint } });
  if (options.about !== undefined) session.event('about', options.about);
  const words = name.startsWith('-') ? [found, ...command.slice(1)] : command; // no option of the shell's `exec`
  const child = await startChild(words, { env, lastWill: options.lastWill }).catch((error: unknown) => {
    output?.discard();
    throw error;
  });
  output?.place();
  const relays = startStdioRelays({ child, session, now: () => clock.now(), stdin, stdout, stderr, onLoss });
  const identity = facts.then((known) => known && session.event('about', { plugin: known.plugin }));
  let isAskedToEnd = false;

  const finished = finish();
  return {
    file,
    pid: child.pid,
    ...own,
    get counts() {
      return session.counts;
    },
    finished,
    signal: passOn,
    close,
    [Symbol.asyncDispose]: close,
  };

  async function finish(): Promise<RecordResult> {
    const exit = await child.exited;
    await hearLastWords();
    session.event('exit', exit.signal === null ? { code: exit.code } : { signal: exit.signal });
    await identity;
    relays.close();
    const sum = await session.end('plugin-exited');
    if (output?.isInPlace() === false)
      loss ??= new Error('it was removed or renamed, or another file was given its name, while the session went on');
    return {
      ...sum,
      file,
      exit,
      duration: clock.now() - began,
      loss,
      redacted: redaction?.redactor.counts ?? new Map(),
      secrets: redaction?.redactor.secrets ?? 0,
    };
  }

  /** The time that a slow client takes does not count, unless it wants an end: it may wait for that, and read no more. */
  async function hearLastWords(): Promise<void> {
    const settled = relays.settled();
    for (let waited = 0; waited < lastWords;) {
      if (await within(lastWordsStep, settled)) return;
      if (isAskedToEnd || !relays.isWaiting()) waited += lastWordsStep;
    }
  }

  function passOn(signal: NodeJS.Signals, who?: 'process' | 'group'): void {
    isAskedToEnd ||= ending.has(signal);
    session.event('signal', { from: 'client', signal });
    child.kill(signal, who);
  }

  async function close(): Promise<void> {
    passOn('SIGTERM'); // an exit that nobody asked for would be replayed
    if (!(await within(closePatience, finished))) child.kill('SIGKILL', 'group');
    await finished;
  }
}

/** The program that a command names. JavaScript may call with anything. */
function firstWord(command: unknown): string {
  if (Array.isArray(command) && command.every((word) => typeof word === 'string') && command[0] !== undefined)
    return command[0];
  throw new RepriseError('usage', 'Failed to record: the command is a list of words, the program first.');
}

/** The redactor of a session, and the fingerprint of the key that it has. */
async function startRedaction(
  file: string,
  { env = process.env, redact, keep, onKeyLoss }: RecordingOptions,
): Promise<{ redactor: Redactor; fingerprint: string }> {
  const key = keyFor(dirname(file), env, onKeyLoss);
  return { redactor: await openRedactor(key, { redact, keep }), fingerprint: fingerprintOf(key) };
}

/** The session matters more than its key. */
function keyFor(folder: string, env: NodeJS.ProcessEnv, onKeyLoss: RecordingOptions['onKeyLoss']): string {
  try {
    return openKey(folder, env).text;
  } catch (error) {
    if (!(error instanceof RepriseError) || error.code !== 'not-writable') throw error;
    onKeyLoss?.(error);
    return createKey();
  }
}
