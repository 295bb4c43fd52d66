import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const repriseFile = fileURLToPath(new URL('../../bin/reprise.js', import.meta.url));
const golden = fileURLToPath(new URL('../fixtures/golden/', import.meta.url));

export const reprise = [process.execPath, repriseFile] as const;

export function sessionFile(session: string): string {
  return `${golden}sessions/${session}.jsonl`;
}

/** The command that plays a golden session, as the real program did, but so much faster. */
export function playCommand(session: string, pace = 0.02): string[] {
  return [process.execPath, `${golden}play.mjs`, sessionFile(session), String(pace)];
}

/** Drives a command as the golden session's client did. @returns what differs, and the status */
export function drive(
  session: string,
  options: readonly string[],
  command: readonly string[],
): Promise<{ status: number | null; output: string }> {
  return driveFile(sessionFile(session), options, command);
}

/** The same for a session in another file. */
export function driveFile(
  file: string,
  options: readonly string[],
  command: readonly string[],
): Promise<{ status: number | null; output: string }> {
  return run([process.execPath, `${golden}drive.mjs`, file, ...options, '--', ...command]);
}

/** Runs a command to its end. @returns its stdout and stderr together */
export function run(
  [command = '', ...args]: readonly string[],
  input = '',
): Promise<{ status: number | null; output: string }> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.on('error', () => undefined).end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output }));
  });
}

/** Lets at most `places` of what is given to it run at the same time. */
export function createTurns(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = places;
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free--;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
