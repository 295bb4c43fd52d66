import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { reasonOf, systemCode } from '../foundation/reprise-error.ts';
import type { PluginIdentity } from '../recording/plugin-package.ts';
import type { Shelved } from './shelf.ts';

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
 * Reads the package that is to be run. One that was recorded is known by its digest, and is not unpacked.
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
    return readFileSync(file);
  } catch (error) {
    const code = systemCode(error) ?? '';
    const what =
      code === 'EISDIR' ? `read ${file}: is a directory` : `open ${file}: ${goWords[code] ?? reasonOf(error)}`;
    throw new StartUpFault(`${what}\nread plugin file error`, { cause: error });
  }
}

async function readIdentity(bytes: Buffer, shelf: readonly Shelved[]): Promise<Partial<PluginIdentity>> {
  // `import()` of it would start the loader of ES modules, which takes longer than the digest.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const known = shelf.find(({ about }) => about.plugin?.['sha256'] === sha256);
  if (known?.about.plugin?.['name'] !== undefined) return { ...known.about.plugin, sha256 };
  const { PackageFault, readManifest } = await import('../recording/plugin-package.ts');
  try {
    return { ...readManifest(bytes), sha256 };
  } catch (error) {
    if (error instanceof PackageFault)
      throw new StartUpFault(`${error.message}\ndecode plugin file error`, { cause: error });
    throw error;
  }
}
