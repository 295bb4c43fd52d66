// What the other scripts share: where the project is, how they speak, and one at a time.
import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, realpathSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** A failure that the user can mend: its text is printed without a stack. */
export class ScriptError extends Error {
  constructor(text, status = 1) {
    super(text);
    this.status = status;
  }
}

/** Runs `main` where the module is the program itself; what it throws becomes one line on stderr and a status. */
export async function runScript(moduleUrl, main) {
  // Node gives the module's real path and the program's path as it was written.
  if (realpathSync(process.argv[1]) !== fileURLToPath(moduleUrl)) return;
  try {
    await main();
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    say(error.message);
    process.exitCode = error.status;
  }
}

/** Tells people on stderr: stdout is left to what was asked for. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Runs a program to its end with all it says on stderr, and returns its status. */
export function runLoudly(file, args) {
  const { status, signal, error } = spawnSync(file, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error) throw new ScriptError(`Failed to run ${file}: ${error.message}. Is it installed and on the PATH?`);
  return status ?? `signal ${signal}`;
}

/** Holds the project's lock while `work` runs, so that two scripts never install or build at the same time. */
export async function withLock(work) {
  const lock = join(root, '.setup.lock');
  const token = `${process.pid} ${Date.now()} ${Math.random()}`;
  const gone = Date.now() + 10 * 60_000;
  for (let told = false; !takeLock(lock, token); told = true) {
    if (Date.now() > gone) throw new ScriptError(`Failed to set up: ${lock} is held. Delete it if nothing else runs.`);
    if (!told && !breakLock(lock)) say('waiting for another set-up to end');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const release = () => readLock(lock) === token && rmSync(lock, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

// The lock appears with its owner in it, in one step: a file that is written first and then linked into place.
function takeLock(lock, token) {
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, token);
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

// Only who has made the folder named after an owner may remove that owner's lock: two who see it dead at the same time
// cannot remove the lock that a third has taken since.
function breakLock(lock) {
  const token = readLock(lock);
  const pid = Number(token?.split(' ')[0]);
  if (!token || isAlive(pid)) return false;
  const right = `${lock}.broken-${pid}`;
  try {
    mkdirSync(right);
  } catch {
    return false; // another is at it
  }
  if (readLock(lock) === token) rmSync(lock, { force: true });
  rmdirSync(right);
  return true;
}

function readLock(lock) {
  try {
    return readFileSync(lock, 'utf8');
  } catch {
    return undefined; // released meanwhile
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
