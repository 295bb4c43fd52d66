import { RepriseError } from '../../foundation/reprise-error.ts';

const archive = /\.(tgz|tar\.gz)$/i;
const otherFile = /\.(zip|tar|gz|t?bz2?|t?xz|zst|7z|rar|jsonl?|ya?ml)$/i;

/** Where a bundle is written to. */
export interface Output {
  path: string;
  isArchive: boolean;
}

/**
 * Reads the value of `--output`.
 * @param forms what may be written
 * @throws RepriseError `usage` where it looks like a file that is not made
 */
export function parseOutput(value: string, forms: 'archive or folder' | 'folder'): Output {
  const path = value.replace(/(?<=[^/])\/+$/, ''); // what completes a folder's name ends it so
  const isArchive = archive.test(path);
  const isOther = path === '-' || otherFile.test(path.replace(archive, ''));
  if (!isOther && (!isArchive || (forms !== 'folder' && path === value))) return { path, isArchive };
  const advice = forms === 'folder' ? 'Name a folder' : 'Name an archive, ending in .tgz, or a folder';
  throw new RepriseError('usage', `Failed to write ${value}: it would be no ${forms}. ${advice} with \`--output\`.`);
}
