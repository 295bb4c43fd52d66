import { readFileSync, statSync } from 'node:fs';

/**
 * Reads a text file that people keep; a byte order mark is left out. What is no regular file is not opened: a pipe would
 * be waited for.
 * @throws Error with the reason as a sentence without its full stop, or the system's
 */
export function readSmallText(file: string, limit: number): string {
  const stat = statSync(file);
  if (stat.isDirectory()) throw new Error('it is a folder');
  if (!stat.isFile()) throw new Error('it is no regular file');
  if (stat.size > limit) throw new Error(`it is larger than ${limit / 2 ** 20} MiB`);
  return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
}
