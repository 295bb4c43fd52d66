import { createWriteStream, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { withPassing } from '../foundation/passing.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import type { Bundle } from '../recording/bundle/bundle-folder.ts';
import { openBundleFolder } from '../recording/bundle/bundle-folder.ts';
import { filesOf, manifestName, parseBundleManifest } from '../recording/bundle/bundle-manifest.ts';
import { findIntact, keepBundle, newPart, openArchive, takeBlob } from '../recording/bundle/cache.ts';
import { bundleLimits } from '../recording/bundle/limits.ts';
import { createOciManifest, parseOciManifest } from '../recording/bundle/oci-manifest.ts';
import type { Reference } from '../recording/bundle/reference.ts';
import { guardedFetch, readBody } from './guarded-fetch.ts';
import { Registry } from './registry.ts';
import type { SharingTools } from './tools.ts';

type OciReference = Extract<Reference, { kind: 'oci' }>;

/**
 * Brings a bundle into the cache. One that is pinned, and there already, is taken from it without asking anybody.
 * @param pin the digest that it must have
 * @throws RepriseError where it can't be had, or is not what it says or what was pinned
 */
export async function pullBundle(reference: Reference, pin: string | undefined, tools: SharingTools): Promise<Bundle> {
  const wanted = pin ?? (reference.kind === 'oci' ? reference.digest : undefined);
  const cached =
    wanted === undefined || reference.kind === 'path' ? undefined : findIntact(wanted, reference.text, true);
  const bundle = cached ?? (await bring(reference, wanted, tools));
  if (wanted === undefined || bundle.digest === wanted) return bundle;
  throw new RepriseError(
    'wrong-digest',
    `Failed to take ${reference.text}: it is ${bundle.digest} now, and was pinned as ${wanted}. To take what it is now, pull it by its name.`,
  );
}

function bring(reference: Reference, wanted: string | undefined, tools: SharingTools): Promise<Bundle> {
  if (reference.kind === 'oci') return bringArtifact(reference, wanted ?? reference.tag, tools);
  if (reference.kind === 'https') return bringArchive(reference.url, reference.text, tools);
  const isFolder = statSync(reference.path, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? Promise.resolve(openBundleFolder(reference.path)) : openArchive(reference.path);
}

async function bringArtifact(reference: OciReference, tag: string, tools: SharingTools): Promise<Bundle> {
  const registry = new Registry(reference, 'pull');
  const { bytes, digest } = await registry.readManifest(tag);
  const known = findIntact(digest, reference.text, true);
  if (known !== undefined) return known;
  const { digest: configDigest, size } = parseOciManifest(bytes, reference.text);
  const config = await registry.readBlob(configDigest, Math.min(size, bundleLimits.smallFile));
  const manifest = parseBundleManifest(config, reference.text);
  if (createOciManifest(manifest).digest !== digest)
    throw new RepriseError(
      'wrong-digest',
      `Failed to take ${reference.text}: its image manifest is not that of its bundle. Take it from where you trust it.`,
    );
  return keepBundle(reference.text, async (folder) => {
    writeFileSync(join(folder, manifestName), config);
    const files = filesOf(manifest);
    for (const { file } of files) mkdirSync(dirname(join(folder, file)), { recursive: true });
    const missing = files.filter(({ file, digest }) => !takeBlob(digest, join(folder, file)));
    const meter = await tools.openProgress(
      'fetching',
      missing.reduce((sum, one) => sum + one.size, 0),
    );
    let count = 0;
    try {
      for (const { file, digest, size } of missing)
        await writeAll(await registry.openBlob(digest, size), join(folder, file), (length) =>
          meter.update((count += length)),
        );
    } finally {
      meter.stop();
    }
  });
}

/** An archive on a server, which may be led elsewhere: no credentials go with it. */
async function bringArchive(url: string, source: string, tools: SharingTools): Promise<Bundle> {
  const answer = await guardedFetch({ url, mayLeave: true });
  const { status, headers } = answer.response;
  if (status !== 200) {
    await answer.response.body?.cancel();
    const code = status === 404 ? 'not-found' : 'registry';
    throw new RepriseError(code, `Failed to fetch ${source}: the server answered ${status}. Check the address.`);
  }
  const part = newPart();
  const meter = await tools.openProgress('fetching', Number(headers.get('content-length') ?? 0));
  let count = 0;
  return withPassing(part, async () => {
    try {
      await writeAll(readBody(answer, bundleLimits.bytes), part, (length) => meter.update((count += length)));
    } finally {
      meter.stop();
    }
    return openArchive(part, source);
  });
}

async function writeAll(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  tell: (length: number) => void,
): Promise<void> {
  await pipeline(told(chunks, tell), createWriteStream(file, { flags: 'wx' }));
}

async function* told(chunks: AsyncIterable<Uint8Array>, tell: (length: number) => void): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    tell(chunk.length);
    yield chunk;
  }
}
