import { createReadStream, createWriteStream, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { RepriseError, reasonOf } from '../foundation/reprise-error.ts';

/** A packed recording may unpack to so much, and beyond so little to so many times its size: more is an attack, not a recording. */
const largest = 4 * 2 ** 30;
const harmless = 256 << 20; // requests at the limit of 15 MiB repeat themselves as much as gzip can take, which is 1,032 times
const largestRatio = 1000;

/**
 * Unpacks `file` into a temporary file that has no name any more when this returns, so that nothing stays behind.
 * @returns its descriptor
 * @throws RepriseError where the packed data is broken or unpacks beyond all measure
 */
export async function unpackGzip(file: string, packedSize: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-'));
  try {
    const unpacked = join(folder, 'recording.jsonl');
    const limit = Math.min(largest, Math.max(packedSize * largestRatio, harmless));
    await pipeline(createReadStream(file), createGunzip(), limitBytes(limit), createWriteStream(unpacked));
    return openSync(unpacked, 'r');
  } catch (error) {
    throw new RepriseError(
      'not-a-recording',
      `Failed to unpack ${file}: ${reasonOf(error)}. Give an intact .jsonl.gz, or the .jsonl itself.`,
      { file, cause: error },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function limitBytes(limit: number): Transform {
  let count = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      count += chunk.length;
      if (count > limit) done(new Error(`it unpacks to more than ${limit} bytes`));
      else done(null, chunk);
    },
  });
}
