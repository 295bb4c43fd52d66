import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeFolder } from '../../foundation/make-folder.ts';
import { RepriseError, reasonOf } from '../../foundation/reprise-error.ts';

/** The variable that says where bundles are kept. */
const cacheVariable = 'REPRISE_CACHE_DIR';

/** Where bundles are kept, by their digests. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const [given = '', ofSystem = ''] = [env[cacheVariable], env['XDG_CACHE_HOME']];
  if (given !== '') return resolve(given);
  return join(ofSystem.startsWith('/') ? ofSystem : join(homedir(), '.cache'), 'reprise');
}

/** Makes a folder of the cache. @throws RepriseError `not-writable` */
export function makeCacheFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw new RepriseError(
      'not-writable',
      `Failed to make the folder ${folder}: ${reasonOf(error)}. Name another cache by \`${cacheVariable}\`.`,
      { file: folder, cause: error },
    );
  }
}

/** Writes a file that is whole whenever it is there. @throws the system's error */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const made = `${file}.${process.pid}`;
  try {
    writeFileSync(made, content);
    renameSync(made, file);
  } finally {
    rmSync(made, { force: true });
  }
}
