import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { RepriseError } from '../foundation/reprise-error.ts';
import type { Bundle } from '../recording/bundle/bundle-folder.ts';
import { filesOf } from '../recording/bundle/bundle-manifest.ts';
import { digestOf } from '../recording/bundle/digest.ts';
import { createOciManifest } from '../recording/bundle/oci-manifest.ts';
import type { Reference } from '../recording/bundle/reference.ts';
import { Registry } from './registry.ts';
import type { SharingTools } from './tools.ts';

/** What a push has sent. */
export interface Pushed {
  digest: string;
  /** Files, the manifest included; 0 where the tag was this bundle already. */
  sent: number;
  bytes: number;
}

/** A piece to be sent. */
interface Piece {
  digest: string;
  size: number;
  open: () => AsyncIterable<Uint8Array>;
}

/**
 * Sends a bundle to a registry: of its content what is not there yet, and then the image manifest, by which it is there
 * whole or not at all.
 * @throws RepriseError `usage`, `denied`, `registry`, `not-reached`
 */
export async function pushBundle(bundle: Bundle, reference: Reference, tools: SharingTools): Promise<Pushed> {
  if (reference.kind !== 'oci' || reference.tag === '' || reference.digest !== undefined)
    throw new RepriseError(
      'usage',
      `Failed to push to ${reference.text}: a bundle is pushed to a tag. Write it as oci://HOST/NAME:TAG.`,
    );
  const { bytes, digest, config } = createOciManifest(bundle.manifest);
  const registry = new Registry(reference, 'pull,push', tools);
  if ((await registry.findTag(reference.tag)) === digest) return { digest, sent: 0, bytes: 0 };
  const missing: Piece[] = [];
  for (const piece of piecesOf(bundle, config)) if (!(await registry.hasBlob(piece.digest))) missing.push(piece);
  const total = missing.reduce((sum, { size }) => sum + size, 0);
  const meter = await tools.openProgress('sending', total);
  let done = 0;
  try {
    for (const { digest, size, open } of missing) {
      const from = done;
      await registry.writeBlob(digest, size, () => counted(open(), (count) => meter.update(from + count)));
      done = from + size;
    }
  } finally {
    meter.stop();
  }
  await registry.writeManifest(reference.tag, bytes);
  return { digest, sent: missing.length, bytes: total };
}

/** Each content once, though two files may have it. */
function piecesOf({ folder, manifest }: Bundle, config: Buffer): Piece[] {
  const files = filesOf(manifest).map(({ file, size, digest }) => ({
    digest,
    size,
    open: () => createReadStream(join(folder, file)),
  }));
  const own = { digest: digestOf(config), size: config.length, open: () => once(config) };
  return [...new Map([...files, own].map((piece) => [piece.digest, piece])).values()];
}

async function* once(bytes: Buffer): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}

async function* counted(chunks: AsyncIterable<Uint8Array>, tell: (count: number) => void): AsyncIterable<Uint8Array> {
  let count = 0;
  for await (const chunk of chunks) {
    count += chunk.length;
    tell(count);
    yield chunk;
  }
}
