import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { makeFolder } from '../../foundation/make-folder.ts';
import type { Header } from 'tar-stream';
import { extract } from 'tar-stream';
import { RepriseError, reasonOf, systemCode } from '../../foundation/reprise-error.ts';
import { isBundledName, manifestName, refuse, tooLarge } from './bundle-manifest.ts';
import { bundleLimits } from './limits.ts';

/** A file's headers, and what fills its last block. */
const perEntry = 4 << 10;

/** A file in an archive, with its content to come. */
type Entry = Readable & { header: Header };

/**
 * Unpacks an archive of a bundle into a folder that is there and empty. Nothing but plain files with names of a bundle
 * is written; what they hold is proved by whoever opens the folder.
 * @param source what it is called in messages
 * @throws RepriseError `not-found`, `bad-bundle` or `too-large`
 */
export async function unpackArchive(file: string, folder: string, source = file): Promise<void> {
  const limit = Math.max(sizeOfArchive(file, source) * bundleLimits.ratio, bundleLimits.harmless);
  const count = { bytes: 0, files: 0, entries: 0, allowed: bundleLimits.overhead };
  const guard = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      count.bytes += chunk.length;
      if (count.bytes > limit) done(tooLarge(source, `it unpacks to more than ${bundleLimits.ratio} times its size`));
      // A header may be as long as a file, and is kept in memory.
      else if (count.bytes > count.allowed) done(tooLarge(source, 'it has a header longer than any of a bundle'));
      else done(null, chunk);
    },
  });
  const entries = extract();
  const take = async (): Promise<void> => {
    for await (const entry of entries as AsyncIterable<Entry>) {
      const { size } = entry.header;
      count.allowed += size + perEntry;
      count.entries += 1;
      count.files += size;
      if (count.entries > bundleLimits.files) throw tooLarge(source, `it has more than ${bundleLimits.files} files`);
      if (count.files > bundleLimits.bytes) throw tooLarge(source, `it holds more than ${bundleLimits.bytes} bytes`);
      await writeEntry(entry, folder, source);
    }
  };
  const results = await Promise.allSettled([pipeline(createReadStream(file), createGunzip(), guard, entries), take()]);
  const errors = results.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : []));
  if (errors.length > 0) throw explain(errors, source);
}

async function writeEntry(entry: Entry, folder: string, source: string): Promise<void> {
  const { type, size } = entry.header;
  const name = entry.header.name.replace(/^(\.\/)+/, '');
  const told = JSON.stringify(entry.header.name.slice(0, 200));
  if (type === 'directory' && /^(recordings|faults)?\/?$/.test(name)) {
    entry.resume();
    return;
  }
  if (type !== 'file')
    throw refuse(source, `it holds ${told}, which is no file but a ${type ?? 'thing of unknown kind'}`);
  if (name !== manifestName && !isBundledName(name))
    throw refuse(source, `it holds ${told}, which is no name in a bundle`);
  if (!name.startsWith('recordings/') && size > bundleLimits.smallFile)
    throw tooLarge(source, `its ${name} is larger than ${bundleLimits.smallFile} bytes`);
  const path = join(folder, name);
  makeFolder(dirname(path));
  await pipeline(entry, createWriteStream(path, { flags: 'wx', mode: 0o644 }));
}

/** How large an archive is. @throws RepriseError where it is none: to read a pipe would take for ever */
export function sizeOfArchive(file: string, source: string): number {
  try {
    const stat = statSync(file);
    if (stat.isFile()) return stat.size;
  } catch (error) {
    const reason = systemCode(error) === 'ENOENT' ? 'there is no such file' : reasonOf(error);
    throw new RepriseError('not-found', `Failed to open ${source}: ${reason}. Check the path.`, {
      file: source,
      cause: error,
    });
  }
  throw refuse(source, 'it is no regular file');
}

/** Where one end of the stream fails, the other does for that reason alone. */
function explain(errors: readonly unknown[], source: string): unknown {
  const own = errors.find((error) => error instanceof RepriseError);
  if (own !== undefined) return own;
  const ofSystem = errors.find((error) => ['EEXIST', 'ENOSPC', 'EACCES', 'EIO'].includes(systemCode(error) ?? ''));
  if (systemCode(ofSystem) === 'EEXIST') return refuse(source, 'it holds two files with one name');
  return ofSystem ?? refuse(source, `it is no whole archive: ${reasonOf(errors[0])}`);
}
