import type { Stats } from 'node:fs';
import { mkdirSync, openSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { RepriseError, systemCode } from '../foundation/reprise-error.ts';
import { findFile } from '../transport/find-file.ts';

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

/**
 * Creates the file, and the folders above it. It is truncated only with `force`, and only here, so that a command that
 * can't be started costs nobody an old recording.
 * @returns its descriptor, open for appending
 * @throws RepriseError `exists`, or the system's error where the file can't be written
 */
export function createOutput(file: string, force: boolean): number {
  mkdirSync(dirname(file), { recursive: true });
  try {
    return openSync(file, force || isDevice(findFile(file)) ? 'w' : 'wx', 0o644);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    throw existsAlready(file, error);
  }
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

function existsAlready(file: string, cause?: unknown): RepriseError {
  return new RepriseError(
    'exists',
    `Failed to record to ${file}: it exists already. Choose another name with \`-o\`, or overwrite it with \`--force\`.`,
    { file, cause },
  );
}
