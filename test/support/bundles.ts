import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Header } from 'tar-stream';
import { pack } from 'tar-stream';
import { makeFolder } from './files.ts';
import type { Finished } from './run.ts';
import { reprise } from './run.ts';

/** A user's machine: a cache, Docker's folder, and nothing in them. */
export interface Home {
  cache: string;
  docker: string;
  /** Runs reprise in a folder, with this machine's settings. */
  run: (...args: string[]) => Promise<Finished>;
}

export function makeHome(): Home {
  const folder = makeFolder();
  const [cache, docker] = [join(folder, 'cache'), join(folder, 'docker')];
  return { cache, docker, run: (...args) => reprise(args, { REPRISE_CACHE_DIR: cache, DOCKER_CONFIG: docker }) };
}

/** An entry of an archive, whatever it is. */
export type RawEntry = Partial<Header> & { name: string; content?: string | Buffer };

/** An archive made by hand, and by no rules. */
export async function makeArchive(
  entries: readonly RawEntry[],
  file = join(makeFolder(), 'made.tgz'),
): Promise<string> {
  const tar = pack();
  for (const { content = '', ...header } of entries) tar.entry(header, content);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar as AsyncIterable<Buffer>) chunks.push(chunk);
  writeFileSync(file, gzipSync(Buffer.concat(chunks)));
  return file;
}

/** Every path below a folder, those of folders too, in order. */
export function listAll(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map(String).toSorted();
}
