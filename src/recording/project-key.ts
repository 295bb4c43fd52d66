import { existsSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { makeFolder } from '../foundation/make-folder.ts';
import { RepriseError, reasonOf, systemCode } from '../foundation/reprise-error.ts';
import { configName } from './project-config.ts';

/** The variable that gives the key where no file does, as in CI. */
export const keyVariable = 'REPRISE_KEY';
const keyFolder = '.reprise';
const keyName = 'key';
const ignoreName = '.gitignore';
const shortestKey = 16;

/** The key that a project's secrets are replaced with, and where it is from. */
export interface ProjectKey {
  text: string;
  /** The file, or the variable. */
  from: string;
}

/**
 * The project's key for recordings in `folder`: that of the environment, or of the nearest `.reprise/key` in the folder
 * or above it, as far up as the repository's root, or seen from the working folder.
 *
 * @returns undefined where there is none
 * @throws RepriseError `usage` where it is no key
 */
export function findKey(folder: string, env: NodeJS.ProcessEnv = process.env): ProjectKey | undefined {
  const given = env[keyVariable]?.trim() ?? '';
  if (given !== '') return checked({ text: given, from: keyVariable });
  for (const start of new Set([resolve(folder), process.cwd()]))
    for (const at of upward(start)) {
      const file = join(at, keyFolder, keyName);
      if (existsSync(file)) return readKey(file);
    }
  return undefined;
}

/**
 * The project's key, made where there is none: `.reprise/key`, which only its owner can read, beside a `.gitignore` that
 * keeps it out of git. Two processes that make it at once have the same.
 *
 * @throws RepriseError `not-writable` where it can't be kept
 */
export function openKey(folder: string, env: NodeJS.ProcessEnv = process.env): ProjectKey {
  const known = findKey(folder, env);
  if (known !== undefined) {
    if (known.from !== keyVariable) keepOutOfGit(dirname(known.from));
    return known;
  }
  try {
    return makeKey(join(rootOf(folder), keyFolder));
  } catch (error) {
    // The project can be read-only where its recordings are not.
    if (rootOf(folder) === resolve(folder) || !existsSync(folder)) throw error;
    return makeKey(join(resolve(folder), keyFolder));
  }
}

/** A key that was brought from elsewhere by hand has no `.gitignore` beside it. */
function keepOutOfGit(folder: string): void {
  try {
    writeFileSync(join(folder, ignoreName), '*\n', { flag: 'wx' });
  } catch (error) {
    if (systemCode(error) === undefined) throw error; // it is there, or nothing can be written: then it was put there so
  }
}

/** A key that nobody has yet. */
export function createKey(): string {
  return process.getBuiltinModule('node:crypto').randomBytes(32).toString('hex');
}

function makeKey(folder: string): ProjectKey {
  const file = join(folder, keyName);
  const made = `${file}.${process.pid}`;
  try {
    makeFolder(folder);
    writeFileSync(join(folder, ignoreName), '*\n');
    writeFileSync(made, `${createKey()}\n`, { mode: 0o600 });
    try {
      linkSync(made, file); // whoever comes second takes the first one's
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    } finally {
      rmSync(made, { force: true });
    }
  } catch (error) {
    throw new RepriseError(
      'not-writable',
      `Failed to make the key ${file}: ${reasonOf(error)}. Make the folder writable, or give a key in \`${keyVariable}\`.`,
      { file, cause: error },
    );
  }
  return readKey(file);
}

function readKey(file: string): ProjectKey {
  try {
    // Whoever reads a pipe waits for a writer.
    if (statSync(file).isFIFO()) throw new Error('it is a pipe');
    return checked({ text: readFileSync(file, 'utf8').trim(), from: file });
  } catch (error) {
    if (error instanceof RepriseError) throw error;
    throw new RepriseError('usage', `Failed to read the key ${file}: ${reasonOf(error)}. Check its permissions.`, {
      file,
      cause: error,
    });
  }
}

function checked(key: ProjectKey): ProjectKey {
  if (key.text.length >= shortestKey) return key;
  throw new RepriseError(
    'usage',
    `Failed to read the key of \`${key.from}\`: it is shorter than ${shortestKey} characters. Take a long random text, such as \`openssl rand -hex 32\` gives.`,
  );
}

/** A folder and those above it, as far up as the repository's root. */
function* upward(folder: string): Iterable<string> {
  for (let at = folder; ; at = dirname(at)) {
    yield at;
    if (existsSync(join(at, '.git')) || dirname(at) === at) return;
  }
}

/** Where a project's key is kept: beside the configuration or at the root of the repository, or else where one works. */
function rootOf(folder: string): string {
  const isMarked = (at: string): boolean => [configName, '.git'].some((name) => existsSync(join(at, name)));
  const cwd = process.cwd();
  return [...upward(resolve(folder)), ...upward(cwd)].find(isMarked) ?? cwd;
}
