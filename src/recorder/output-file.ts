import type { Stats } from 'node:fs';
import { fstatSync, openSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { asError, RepriseError, systemCode } from '../foundation/reprise-error.ts';
import { findFile } from '../transport/find-file.ts';
import { makeFolder } from '../foundation/make-folder.ts';

/** Where recordings without a name go. */
export const recordingsFolder = 'recordings';

/**
 * A name for a recording of `command`: the package that it names, else the command, and the time.
 * @param now local time is what its user looks for
 */
export function nameRecording(command: readonly string[], now = new Date()): string {
  const packaged = command.find((word) => extname(word) === '.difypkg');
  const stem = packaged === undefined ? basename(command[0] ?? 'session') : basename(packaged, '.difypkg');
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  return `${stem.replace(/[^\w.@-]/g, '_')}-${day}-${time}.jsonl`;
}

/** The file that a recording without a name goes to: the first of `name`, `name-2`, … that does not exist. */
export function freeFile(name: string, folder = recordingsFolder): string {
  const stem = name.slice(0, -extname(name).length);
  for (let count = 1; ; count++) {
    const file = join(folder, count === 1 ? name : `${stem}-${count}.jsonl`);
    if (findFile(file) === undefined) return file;
  }
}

/** A new file that a recording goes to. */
interface Output {
  /** Open for appending. */
  fd: number;
  /** The command has started: the file takes the place of the one that is there. */
  place: () => void;
  /** The command can't be started: nothing is left. */
  discard: () => void;
  /** Whether it still has its name: somebody may have removed it, or given the name to another file. */
  isInPlace: () => boolean;
}

const nothing = (): void => undefined;

/**
 * Creates the file, and the folders above it. One that is there is never written to, since another recorder may have it
 * open: with `force` it gives its name to the new one, and only when the command has started.
 * @param onLoss the file can't be written, which is no reason not to go on: the session matters more than its recording
 * @throws RepriseError `exists`
 */
export function openOutput(file: string, force: boolean, onLoss: (error: Error) => void): Output | undefined {
  try {
    makeFolder(dirname(file));
    if (isDevice(findFile(file)))
      return { fd: openSync(file, 'w'), place: nothing, discard: nothing, isInPlace: () => true };
    return createNew(file) ?? (force ? createSuccessor(file, onLoss) : refuse(file));
  } catch (error) {
    if (error instanceof RepriseError) throw error;
    onLoss(asError(error));
    return undefined;
  }
}

/** @returns undefined where there is such a file */
function createNew(file: string): Output | undefined {
  try {
    const fd = openSync(file, 'wx', 0o644);
    return { fd, place: nothing, discard: () => rmSync(file, { force: true }), isInPlace: placeCheck(fd, file) };
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return undefined;
    throw error;
  }
}

/** A file that becomes another one: what a link leads to, where that is one. Who may read it stays as it was. */
function createSuccessor(file: string, onLoss: (error: Error) => void): Output {
  const found = findFile(file);
  const replaced = found === undefined ? file : realpathSync(file); // a link may lead nowhere
  const made = `${replaced}.${process.getBuiltinModule('node:crypto').randomUUID()}.part`;
  const discard = (): void => rmSync(made, { force: true });
  const place = (): void => {
    try {
      renameSync(made, replaced);
    } catch (error) {
      discard();
      onLoss(asError(error));
    }
  };
  const fd = openSync(made, 'wx', (found?.mode ?? 0o644) & 0o777);
  return { fd, place, discard, isInPlace: placeCheck(fd, replaced) };
}

function placeCheck(fd: number, file: string): () => boolean {
  const { dev, ino } = fstatSync(fd);
  return () => {
    const found = findFile(file);
    return found?.dev === dev && found.ino === ino;
  };
}

function refuse(file: string): never {
  throw existsAlready(file);
}

/** @throws RepriseError `exists` where the file is there and may not be overwritten */
export function refuseExisting(file: string, force: boolean): void {
  if (file.endsWith('.gz'))
    throw new RepriseError(
      'usage',
      `Failed to record to ${file}: a recording grows as plain lines. Give \`-o\` a name that ends in .jsonl, and pack it afterwards with gzip.`,
      { file },
    );
  const found = findFile(file);
  if (found?.isDirectory() === true)
    throw new RepriseError('exists', `Failed to record to ${file}: it is a folder. Give \`-o\` a file.`, { file });
  if (found !== undefined && !force && !isDevice(found)) throw existsAlready(file);
}

/** A device or a pipe, such as /dev/null: it holds nothing that could be lost. */
function isDevice(found: Stats | undefined): boolean {
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

function existsAlready(file: string): RepriseError {
  return new RepriseError(
    'exists',
    `Failed to record to ${file}: it exists already. Choose another name with \`-o\`, or overwrite it with \`--force\`.`,
    { file },
  );
}
