import { copyFileSync, existsSync, linkSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { withPassing } from '../../foundation/passing.ts';
import { RepriseError, systemCode } from '../../foundation/reprise-error.ts';
import type { Bundle } from './bundle-folder.ts';
import { openBundleFolder, readBundleFolder } from './bundle-folder.ts';
import { filesOf, refuse } from './bundle-manifest.ts';
import { cacheFolder, makeCacheFolder, writeWhole } from './cache-folder.ts';
import { digestFile, digestPattern, nameOfDigest } from './digest.ts';
import { nameOfPart, sweepParts } from './parts.ts';
import { isProved, keepProof } from './proof.ts';
import { sizeOfArchive, unpackArchive } from './unpack-archive.ts';

/**
 * A bundle of the cache. It is proved by its digests, unless it was so before and nothing was done to its files since.
 * @param isThorough whether it is proved in any case
 * @returns undefined where it is not there
 * @throws RepriseError where it is not what it was
 */
export function findCached(digest: string, source: string, isThorough = false): Bundle | undefined {
  const folder = placeOf(digest);
  if (!existsSync(folder)) return undefined;
  const bundle = readBundleFolder(folder, source);
  if (bundle.digest !== digest) throw refuse(source, 'its manifest is another');
  if (!isThorough && isProved(bundle)) return bundle;
  openBundleFolder(folder, source);
  keepProof(bundle);
  return bundle;
}

/** The same; one that was damaged is thrown away. */
export function findIntact(digest: string, source: string, isThorough = false): Bundle | undefined {
  try {
    return findCached(digest, source, isThorough);
  } catch (error) {
    if (!(error instanceof RepriseError)) throw error;
  }
  rmSync(placeOf(digest), { recursive: true, force: true });
  return undefined;
}

/**
 * Puts a bundle into the cache: `fill` writes its files into a folder beside it, which gets its name once they are
 * proved. Of two processes that do so at once, the second takes the first one's.
 * @throws RepriseError where the files are not what their manifest says
 */
export async function keepBundle(source: string, fill: (folder: string) => Promise<void>): Promise<Bundle> {
  const stage = newPart();
  return withPassing(stage, async () => {
    makeCacheFolder(stage);
    await fill(stage);
    const bundle = openBundleFolder(stage, source);
    for (const { file, digest } of filesOf(bundle.manifest)) keepBlob(join(stage, file), digest);
    return placeBundle(stage, bundle, source);
  });
}

function placeBundle(stage: string, bundle: Bundle, source: string): Bundle {
  const folder = placeOf(bundle.digest);
  makeCacheFolder(dirname(folder));
  for (;;)
    try {
      renameSync(stage, folder);
      const placed = { ...bundle, folder };
      keepProof(placed);
      return placed;
    } catch (error) {
      if (!existsSync(folder)) throw error;
      const other = findIntact(bundle.digest, source);
      if (other !== undefined) return other;
    }
}

/** A file or a folder for what is on its way into the cache; what killed processes have left there goes. */
export function newPart(): string {
  const folder = join(cacheFolder(), 'part');
  makeCacheFolder(folder);
  sweepParts(folder);
  return join(folder, nameOfPart());
}

/** An archive's bundle, unpacked into the cache; an archive that was so before is known by its own digest. */
export async function openArchive(file: string, source = file): Promise<Bundle> {
  sizeOfArchive(file, source);
  const key = join(cacheFolder(), 'archives', nameOfDigest(digestFile(file)));
  const known = existsSync(key) ? readFileSync(key, 'utf8').trim() : '';
  const cached = digestPattern.test(known) ? findIntact(known, source) : undefined;
  if (cached !== undefined) return cached;
  const bundle = await keepBundle(source, (folder) => unpackArchive(file, folder, source));
  makeCacheFolder(dirname(key));
  writeWhole(key, `${bundle.digest}\n`);
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
  makeCacheFolder(dirname(blob));
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

/** Whether a file is one of the cache's, by whatever links. */
export function isInCache(file: string): boolean {
  const [cache, path] = [cacheFolder(), file].map((one) => (existsSync(one) ? realpathSync(one) : resolve(one)));
  return path?.startsWith(`${cache}${sep}`) === true;
}

function placeOf(digest: string): string {
  return join(cacheFolder(), 'bundles', nameOfDigest(digest));
}
