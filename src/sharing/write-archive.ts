import { closeSync, createReadStream, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Gzip } from 'fflate';
import type { Pack } from 'tar-stream';
import { pack } from 'tar-stream';
import { withPassing } from '../foundation/passing.ts';
import { asError } from '../foundation/reprise-error.ts';
import type { Bundle } from '../recording/bundle/bundle-folder.ts';
import { filesOf, manifestName } from '../recording/bundle/bundle-manifest.ts';
import { nameBeside, sweepBeside } from '../recording/bundle/parts.ts';

/** What is packed at once: how a stream falls into chunks must not show in the bytes. */
const slabSize = 1 << 20;
const level = 6;

/**
 * Writes a bundle as one archive: no times, no owners, one order, and gzip in JavaScript, since zlib's output differs
 * between its versions. The file gets its name when it is whole.
 */
export async function writeArchive(bundle: Bundle, file: string): Promise<void> {
  const made = nameBeside(file);
  await withPassing(made, async () => {
    const fd = openSync(made, 'w', 0o644);
    try {
      await writeAll(bundle, new Gzip({ level, mtime: 0 }, (chunk) => void writeSync(fd, chunk)));
      renameSync(made, file);
    } finally {
      closeSync(fd);
    }
  });
  sweepBeside(file);
}

async function writeAll(bundle: Bundle, gzip: Gzip): Promise<void> {
  const tar = pack();
  const filling = fill(tar, bundle).catch((error: unknown) => tar.destroy(asError(error))); // told by the loop
  let slab = Buffer.alloc(slabSize);
  let used = 0;
  for await (const chunk of tar as AsyncIterable<Buffer>)
    // its type does not tell
    for (let at = 0; at < chunk.length;) {
      const count = chunk.copy(slab, used, at);
      [at, used] = [at + count, used + count];
      if (used < slabSize) continue;
      gzip.push(slab);
      [slab, used] = [Buffer.alloc(slabSize), 0];
    }
  await filling;
  gzip.push(slab.subarray(0, used), true);
}

async function fill(tar: Pack, { folder, manifest }: Bundle): Promise<void> {
  const common = { mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) };
  tar.entry({ ...common, name: manifestName }, readFileSync(join(folder, manifestName)));
  for (const { file, size } of filesOf(manifest))
    await pipeline(createReadStream(join(folder, file)), tar.entry({ ...common, name: file, size }));
  tar.finalize();
}
