import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { replayOptions } from '../../foundation/replay-option-table.ts';
import { libraryName } from '../../foundation/check-options.ts';
import { isJsonObject, parseJson } from '../../foundation/parse-json.ts';
import { RepriseError, reasonOf } from '../../foundation/reprise-error.ts';
import type { BundledFile, BundleManifest } from './bundle-manifest.ts';
import { filesOf, manifestName, parseBundleManifest, refuse, tooLarge } from './bundle-manifest.ts';
import { digestFile } from './digest.ts';
import { bundleLimits } from './limits.ts';
import { createOciManifest } from './oci-manifest.ts';

/** A bundle whose files are at hand. */
export interface Bundle {
  folder: string;
  manifest: BundleManifest;
  /** That of its image manifest, by which it is pinned. */
  digest: string;
}

/** Keys of a configuration that say where a project has its files: they are no business of a bundle's. */
export const ownKeys: readonly string[] = [
  '$schema',
  'recordings',
  'bundles',
  ...replayOptions.filter(({ kind }) => kind === 'path').map(libraryName),
];

/** Whether a folder is a bundle. */
export function isBundleFolder(folder: string): boolean {
  return existsSync(join(folder, manifestName));
}

/** The folder of the bundle that a file, or a folder, stands in; undefined where it stands in none of reprise's. */
export function findBundleAround(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const folder = dirname(realpathSync(path));
  return [folder, dirname(folder)].find((one) => {
    try {
      return isBundleFolder(one) && readBundleFolder(one) !== undefined;
    } catch (error) {
      if (error instanceof RepriseError) return false; // another program's manifest
      throw error;
    }
  });
}

/**
 * Opens a bundle that is a folder, and proves each of its files.
 * @param source what it is called in messages
 * @throws RepriseError `bad-bundle`, `wrong-digest` or `too-large` where it is not what it says
 */
export function openBundleFolder(folder: string, source = folder): Bundle {
  const bundle = readBundleFolder(folder, source);
  for (const one of filesOf(bundle.manifest)) verify(one, folder, source);
  const stranger = findStranger(bundle);
  if (stranger !== undefined)
    throw refuse(
      source,
      `it holds ${stranger}, which its manifest does not name`,
      source === folder ? 'Remove it, or make the bundle anew of what is to be in it with `reprise bundle`' : undefined,
    );
  if (bundle.manifest.config !== undefined) refuseOwnKeys(join(folder, bundle.manifest.config.file), source);
  return bundle;
}

/** The same, of a folder whose files have been proved already. @throws RepriseError `bad-bundle`, `too-large` */
export function readBundleFolder(folder: string, source = folder): Bundle {
  const file = join(folder, manifestName);
  const stat = plainFile(file, manifestName, source);
  if (stat.size > bundleLimits.smallFile)
    throw tooLarge(source, `its manifest is larger than ${bundleLimits.smallFile} bytes`);
  const manifest = parseBundleManifest(readFileSync(file), source);
  return { folder, manifest, digest: createOciManifest(manifest).digest };
}

/** A file, or whatever else, in a bundle's folder that its manifest does not name. */
export function findStranger({ folder, manifest }: Pick<Bundle, 'folder' | 'manifest'>): string | undefined {
  const named = new Set([manifestName, ...filesOf(manifest).map(({ file }) => file)]);
  const folders = new Set([...named].map((file) => dirname(file)));
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => ({ entry, path: relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/') }))
    .find(({ entry, path }) => !(entry.isDirectory() ? folders : named).has(path))?.path;
}

function verify({ file, size, digest }: BundledFile, folder: string, source: string): void {
  const path = join(folder, file);
  const stat = plainFile(path, file, source);
  if (realpathSync(path) !== join(realpathSync(folder), file)) throw refuse(source, `its ${file} is behind a link`);
  if (stat.size === size && digestFile(path) === digest) return;
  throw new RepriseError(
    'wrong-digest',
    `Failed to open ${source}: its ${file} is not the file that its manifest tells. Take the bundle anew; one that was changed is to be made anew with \`reprise bundle\`.`,
    { file: source },
  );
}

function plainFile(path: string, name: string, source: string): { size: number } {
  try {
    const stat = lstatSync(path);
    if (stat.isFile()) return stat;
  } catch (error) {
    throw refuse(source, `its ${name} can't be read: ${reasonOf(error)}`);
  }
  throw refuse(source, `its ${name} is no regular file`);
}

/** Whoever takes a bundle lets it say how requests are matched, and not where files are written. */
function refuseOwnKeys(file: string, source: string): void {
  const config = parseJson(readFileSync(file, 'utf8'));
  if (!isJsonObject(config)) throw refuse(source, 'its configuration is no JSON object');
  const key = ownKeys.find((name) => Object.hasOwn(config, name));
  if (key !== undefined) throw refuse(source, `its configuration has \`${key}\`, which is for projects alone`);
}
