import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { RepriseError } from '../foundation/reprise-error.ts';

const beginning = 200;

/**
 * Makes sure that a file to be written over was written by the same: what is somebody else's, as a recording, a bundle or
 * a configuration, is not to be lost.
 * @param what as errors say it: `journal`
 * @param own what such a file begins with
 * @throws RepriseError `usage`, or the system's error
 */
export function refuseForeign(what: string, file: string, own: RegExp): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() !== true || stat.size === 0) return;
  const bytes = Buffer.alloc(beginning);
  const fd = openSync(file, 'r');
  try {
    readSync(fd, bytes);
  } finally {
    closeSync(fd);
  }
  if (!own.test(bytes.toString()))
    throw new RepriseError(
      'usage',
      `Failed to write the ${what} ${file}: there is something else in it, which would be lost. Give another file.`,
      { file },
    );
}
