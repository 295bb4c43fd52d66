import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findHome } from '../../foundation/find-home.ts';
import { makeFolder } from '../../foundation/make-folder.ts';
import { RepriseError, reasonOf } from '../../foundation/reprise-error.ts';

/** The variable that says where bundles are kept. */
const cacheVariable = 'REPRISE_CACHE_DIR';

/** Where bundles are kept, by their digests. @throws RepriseError `not-found` where there is no place for it */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env, askHome = findHome): string {
  const folder = findCacheFolder(env, askHome);
  if (folder !== undefined) return folder;
  throw new RepriseError(
    'not-found',
    `Failed to find a place for the cache: this user has no home folder. Name a cache by \`${cacheVariable}\`.`,
  );
}

/** The same. @returns undefined where there is no place for it */
export function findCacheFolder(env: NodeJS.ProcessEnv = process.env, askHome = findHome): string | undefined {
  const [given = '', ofSystem = ''] = [env[cacheVariable], env['XDG_CACHE_HOME']];
  if (given !== '') return resolve(given);
  if (ofSystem.startsWith('/')) return join(ofSystem, 'reprise');
  const home = askHome();
  return home === undefined ? undefined : join(home, '.cache', 'reprise');
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
