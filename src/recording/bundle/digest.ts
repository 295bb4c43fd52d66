import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

const slabSize = 1 << 20;

/** How a digest is written, as registries do. */
export const digestPattern = /^sha256:[0-9a-f]{64}$/;

/** The digest of some bytes. */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The digest of a file's content. */
export function digestFile(file: string): string {
  const hash = createHash('sha256');
  const slab = Buffer.allocUnsafe(slabSize);
  const fd = openSync(file, 'r');
  try {
    for (let count = readSync(fd, slab); count > 0; count = readSync(fd, slab)) hash.update(slab.subarray(0, count));
  } finally {
    closeSync(fd);
  }
  return `sha256:${hash.digest('hex')}`;
}

/** A digest as the name of a file. */
export function nameOfDigest(digest: string): string {
  return digest.replace(':', '-');
}
