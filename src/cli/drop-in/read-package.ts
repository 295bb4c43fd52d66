import { readFileSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { reasonOf, systemCode } from '../../foundation/reprise-error.ts';
import type { PluginIdentity } from '../../recording/plugin-package.ts';
import type { PluginNames } from '../../recording/skim-package.ts';
import { skimPackage } from '../../recording/skim-package.ts';
import type { Shelved } from './shelved.ts';

/** Why a start-up fails, in the words that the client is given. */
export class StartUpFault extends Error {
  override readonly name = 'StartUpFault';
}

/** What a package says of itself, and its file name without the ending. */
export interface ReadPackage {
  plugin: Partial<PluginIdentity>;
  stem: string;
}

/** What Go says of a file that can't be read. */
const goWords: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  ENOTDIR: 'not a directory',
  ELOOP: 'too many levels of symbolic links',
  ENAMETOOLONG: 'file name too long',
};

/**
 * Reads the package that is to be run.
 * @param anyPackage it need not be there, nor be one
 * @throws StartUpFault in the program's own words
 */
export async function readPackage(file: string, shelf: readonly Shelved[], anyPackage: boolean): Promise<ReadPackage> {
  const stem = basename(file, extname(file));
  try {
    return { plugin: await readIdentity(readBytes(file), shelf), stem };
  } catch (error) {
    if (anyPackage && error instanceof StartUpFault) return { plugin: {}, stem };
    throw error;
  }
}

function readBytes(file: string): Buffer {
  try {
    // A pipe that nobody writes to would be waited for.
    if (statSync(file).isFile() || statSync(file).isDirectory()) return readFileSync(file);
  } catch (error) {
    const code = systemCode(error) ?? '';
    const what =
      code === 'EISDIR' ? `read ${file}: is a directory` : `open ${file}: ${goWords[code] ?? reasonOf(error)}`;
    throw new StartUpFault(`${what}\nread plugin file error`, { cause: error });
  }
  throw new StartUpFault(`open ${file}: not a regular file\nread plugin file error`);
}

/**
 * Mostly the names tell which recording is meant. The digest is made only where several have them, and the parser is
 * loaded only where none has, or the names can't be told without: each takes longer than all else here.
 */
async function readIdentity(bytes: Buffer, shelf: readonly Shelved[]): Promise<Partial<PluginIdentity>> {
  const skimmed = skimPackage(bytes);
  const named = skimmed === undefined ? 0 : shelf.filter(({ about }) => isSame(about.plugin, skimmed)).length;
  if (skimmed !== undefined && named === 1) return skimmed;
  const sha256 = digest(bytes);
  if (skimmed !== undefined && named > 1) return { ...skimmed, sha256 };
  const { PackageFault, readManifest } = await import('../../recording/read-manifest.ts');
  const { parseNames } = await import('../../recording/plugin-package.ts');
  try {
    return { ...parseNames(readManifest(bytes)), sha256 };
  } catch (error) {
    if (error instanceof PackageFault)
      throw new StartUpFault(`${error.message}\ndecode plugin file error`, { cause: error });
    throw error;
  }
}

function isSame(
  recorded: Readonly<Record<string, string>> | undefined,
  { author, name, version }: PluginNames,
): boolean {
  return recorded?.['author'] === author && recorded?.['name'] === name && recorded?.['version'] === version;
}

function digest(bytes: Buffer): string {
  // `import()` of a built-in module would start the loader of ES modules.
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(bytes).digest('hex');
}
