import { unzipSync } from 'fflate/browser';
import { largestManifest, manifestName } from './skim-package.ts';

/** Why a file is no package, in the program's own words. */
export class PackageFault extends Error {
  override readonly name = 'PackageFault';
}

/**
 * The text of the manifest in a package.
 * @throws PackageFault where it is no zip file, or holds no manifest
 */
export function readManifest(bytes: Uint8Array): string {
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => name === manifestName && originalSize <= largestManifest,
    });
  } catch (error) {
    throw new PackageFault('difypkg: not a valid difypkg file', { cause: error });
  }
  const entry = files[manifestName];
  if (entry === undefined) throw new PackageFault(`open ${manifestName}: file does not exist`);
  return Buffer.from(entry).toString();
}
