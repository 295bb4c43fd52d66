import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Bundle } from './bundle-folder.ts';
import { filesOf, manifestName } from './bundle-manifest.ts';
import { cacheFolder, makeCacheFolder, writeWhole } from './cache-folder.ts';
import { digestOf, nameOfDigest } from './digest.ts';

/** Whether nothing was done to a bundle's files since they were proved: no byte of them is read for that. */
export function isProved(bundle: Bundle): boolean {
  const file = proofOf(bundle);
  return existsSync(file) && readFileSync(file, 'utf8') === stampOf(bundle);
}

/** Notes that a bundle's files have just been proved. */
export function keepProof(bundle: Bundle): void {
  const file = proofOf(bundle);
  try {
    makeCacheFolder(dirname(file));
    writeWhole(file, stampOf(bundle));
  } catch {
    // In a cache that can't be written, a bundle is proved each time.
  }
}

function proofOf({ digest }: Bundle): string {
  return join(cacheFolder(), 'proved', nameOfDigest(digest));
}

/** Whoever changes a file, or puts another in its place, changes what the system says of it: the `ctime` can't be set. */
function stampOf({ folder, manifest }: Bundle): string {
  const files = [manifestName, ...filesOf(manifest).map(({ file }) => file)];
  const lines = files.map((file) => {
    const stat = lstatSync(join(folder, file), { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? file : [file, stat.mode, stat.size, stat.ino, stat.mtimeNs, stat.ctimeNs].join(' ');
  });
  const folders = ['', ...new Set(files.map(dirname))].map((name) => {
    const stat = lstatSync(join(folder, name), { bigint: true, throwIfNoEntry: false });
    return [name, stat?.mode, stat?.ino, stat?.mtimeNs].join(' ');
  });
  return `${digestOf([...lines, ...folders].join('\n'))}\n`;
}
