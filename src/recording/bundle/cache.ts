import { randomUUID } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { RepriseError, reasonOf, systemCode } from '../../foundation/reprise-error.ts';
import type { Bundle } from './bundle-folder.ts';
import { openBundleFolder, readBundleFolder } from './bundle-folder.ts';
import { filesOf, refuse } from './bundle-manifest.ts';
import { digestFile, digestPattern, nameOfDigest } from './digest.ts';
import { unpackArchive } from './unpack-archive.ts';

/** The variable that says where bundles are kept. */
const cacheVariable = 'REPRISE_CACHE_DIR';

/** Where bundles are kept, by their digests. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const [given = '', ofSystem = ''] = [env[cacheVariable], env['XDG_CACHE_HOME']];
  if (given !== '') return resolve(given);
  return join(ofSystem.startsWith('/') ? ofSystem : join(homedir(), '.cache'), 'reprise');
}

/** A bundle of the cache, which was proved when it came. @returns undefined where it is not there */
export function findCached(digest: string, source: string): Bundle | undefined {
  const folder = placeOf(digest);
  return existsSync(folder) ? readBundleFolder(folder, source) : undefined;
}

/** The same, proved again: one that was damaged since is thrown away. */
export function findIntact(digest: string, source: string): Bundle | undefined {
  const folder = placeOf(digest);
  if (!existsSync(folder)) return undefined;
  try {
    const bundle = openBundleFolder(folder, source);
    if (bundle.digest === digest) return bundle;
  } catch (error) {
    if (!(error instanceof RepriseError)) throw error;
  }
  rmSync(folder, { recursive: true, force: true });
  return undefined;
}

/**
 * Puts a bundle into the cache: `fill` writes its files into a folder beside it, which gets its name once they are
 * proved. Of two processes that do so at once, the second takes the first one's.
 * @throws RepriseError where the files are not what their manifest says
 */
export async function keepBundle(source: string, fill: (folder: string) => Promise<void>): Promise<Bundle> {
  const stage = join(cacheFolder(), 'part', `${process.pid}-${randomUUID()}`);
  try {
    makeFolder(stage);
    await fill(stage);
    const bundle = openBundleFolder(stage, source);
    const files = filesOf(bundle.manifest);
    if (countFiles(stage) !== files.length + 1) throw refuse(source, 'it holds files that its manifest does not name');
    for (const { file, digest } of files) keepBlob(join(stage, file), digest);
    const folder = placeOf(bundle.digest);
    makeFolder(dirname(folder));
    try {
      renameSync(stage, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error;
    }
    return { ...bundle, folder };
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** An archive's bundle, unpacked into the cache; an archive that was so before is known by its own digest. */
export async function openArchive(file: string, source = file): Promise<Bundle> {
  const key = existsSync(file) ? join(cacheFolder(), 'archives', nameOfDigest(digestFile(file))) : undefined;
  const known = key !== undefined && existsSync(key) ? readFileSync(key, 'utf8').trim() : '';
  const cached = digestPattern.test(known) ? findCached(known, source) : undefined;
  if (cached !== undefined) return cached;
  const bundle = await keepBundle(source, (folder) => unpackArchive(file, folder, source));
  if (key !== undefined) {
    makeFolder(dirname(key));
    writeWhole(key, `${bundle.digest}\n`);
  }
  return bundle;
}

/** Gives a folder a file of the cache. @returns whether there was one, and it was whole */
export function takeBlob(digest: string, to: string): boolean {
  const blob = join(cacheFolder(), 'blobs', nameOfDigest(digest));
  if (!existsSync(blob)) return false;
  if (digestFile(blob) === digest) {
    share(blob, to);
    return true;
  }
  rmSync(blob, { force: true });
  return false;
}

function keepBlob(file: string, digest: string): void {
  const blob = join(cacheFolder(), 'blobs', nameOfDigest(digest));
  makeFolder(dirname(blob));
  if (!existsSync(blob)) share(file, blob);
}

/** One file with two names where the file system has that. */
function share(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return;
    const made = `${to}.${process.pid}`;
    copyFileSync(from, made);
    renameSync(made, to);
  }
}

function countFiles(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
}

function placeOf(digest: string): string {
  return join(cacheFolder(), 'bundles', nameOfDigest(digest));
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
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
