import { closeSync, createReadStream, createWriteStream, openSync, readSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { makeFolder } from '../foundation/make-folder.ts';
import { withPassing } from '../foundation/passing.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import type { Bundle } from '../recording/bundle/bundle-folder.ts';
import { filesOf, manifestName, parseBundleManifest } from '../recording/bundle/bundle-manifest.ts';
import { findIntact, keepBundle, newPart, openArchive, takeBlob } from '../recording/bundle/cache.ts';
import { openBundleAt, refuseOther } from '../recording/bundle/find-bundled.ts';
import { bundleLimits } from '../recording/bundle/limits.ts';
import { createOciManifest, parseOciManifest } from '../recording/bundle/oci-manifest.ts';
import type { Reference } from '../recording/bundle/reference.ts';
import { readBody } from './guarded-fetch.ts';
import { passingStatuses, patientFetch } from './patient-fetch.ts';
import { Registry } from './registry.ts';
import type { SharingTools } from './tools.ts';

type OciReference = Extract<Reference, { kind: 'oci' }>;

/**
 * Brings a bundle into the cache. One that is pinned, and there already, is taken from it without asking anybody.
 * @param pin the digest that it must have
 * @throws RepriseError where it can't be had, or is not what it says or what was pinned
 */
export async function pullBundle(reference: Reference, pin: string | undefined, tools: SharingTools): Promise<Bundle> {
  const wanted = pin ?? reference.digest;
  const cached =
    wanted === undefined || reference.kind === 'path' ? undefined : findIntact(wanted, reference.text, true);
  const bundle = cached ?? (await bring(reference, wanted, tools));
  refuseOther(bundle, reference.text, wanted);
  return bundle;
}

function bring(reference: Reference, wanted: string | undefined, tools: SharingTools): Promise<Bundle> {
  if (reference.kind === 'oci') return bringArtifact(reference, wanted ?? reference.tag, tools);
  if (reference.kind === 'https') return bringArchive(reference.url, reference.text, tools);
  return openBundleAt(reference);
}

async function bringArtifact(reference: OciReference, tag: string, tools: SharingTools): Promise<Bundle> {
  const registry = new Registry(reference, 'pull', tools);
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
    for (const { file } of files) makeFolder(dirname(join(folder, file)));
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
  const answer = await patientFetch({ url, mayLeave: true }, tools);
  const { status, headers } = answer.response;
  if (status !== 200) {
    await answer.response.body?.cancel();
    const code = status === 404 ? 'not-found' : 'registry';
    const advice = passingStatuses.has(status) ? 'Try again later' : 'Check the address';
    throw new RepriseError(code, `Failed to fetch ${source}: the server answered ${status}. ${advice}.`);
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
    if (headers.has('content-encoding')) await packAgain(part);
    return openArchive(part, source);
  });
}

/** Where a server takes the archive's own packing for an encoding, `fetch` has unpacked it. */
async function packAgain(part: string): Promise<void> {
  const start = Buffer.alloc(2);
  const fd = openSync(part, 'r');
  try {
    readSync(fd, start);
  } finally {
    closeSync(fd);
  }
  if (start.toString('hex') === '1f8b') return;
  const packed = newPart();
  await withPassing(packed, async () => {
    await pipeline(createReadStream(part), createGzip(), createWriteStream(packed));
    renameSync(packed, part);
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
