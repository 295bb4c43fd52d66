import { isJsonObject, parseJson } from '../../foundation/parse-json.ts';
import type { BundleManifest } from './bundle-manifest.ts';
import { encodeBundleManifest, filesOf, refuse } from './bundle-manifest.ts';
import { digestOf, digestPattern } from './digest.ts';

export const ociManifestType = 'application/vnd.oci.image.manifest.v1+json';
const artifactType = 'application/vnd.reprise.bundle.v1';
const configType = 'application/vnd.reprise.bundle.manifest.v1+json';
const titleKey = 'org.opencontainers.image.title';

/** A piece of an artifact, as registries know it. */
export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

/**
 * The image manifest that a registry keeps of a bundle. It follows from the bundle's own manifest, so that its digest
 * is that of the bundle, in whatever form it travels.
 */
export function createOciManifest(manifest: BundleManifest): { bytes: Buffer; digest: string; config: Buffer } {
  const config = encodeBundleManifest(manifest);
  const value = {
    schemaVersion: 2,
    mediaType: ociManifestType,
    artifactType,
    config: { mediaType: configType, digest: digestOf(config), size: config.length },
    layers: filesOf(manifest).map(({ file, size, digest }) => ({
      mediaType: typeOf(file),
      digest,
      size,
      annotations: { [titleKey]: file },
    })),
    annotations: { [titleKey]: manifest.name, 'org.opencontainers.image.version': manifest.version },
  };
  const bytes = Buffer.from(JSON.stringify(value));
  return { bytes, digest: digestOf(bytes), config };
}

/** Layers are the files' own bytes: their digests change with nothing but the content. */
function typeOf(file: string): string {
  if (file.startsWith('recordings/')) return 'application/vnd.reprise.recording.v1+jsonl';
  return file.startsWith('faults/')
    ? 'application/vnd.reprise.fault-plan.v1'
    : 'application/vnd.reprise.config.v1+json';
}

/**
 * Finds the bundle's own manifest in an image manifest.
 * @throws RepriseError `bad-bundle` where it is of something else
 */
export function parseOciManifest(bytes: Buffer, source: string): Descriptor {
  const value = parseJson(bytes.toString());
  const config = isJsonObject(value) ? value['config'] : undefined;
  if (!isJsonObject(config) || config['mediaType'] !== configType) throw refuse(source, 'it is no bundle of reprise');
  const { digest, size } = config;
  if (typeof digest !== 'string' || !digestPattern.test(digest) || typeof size !== 'number' || !(size >= 0))
    throw refuse(source, 'its manifest is broken');
  return { mediaType: configType, digest, size };
}
