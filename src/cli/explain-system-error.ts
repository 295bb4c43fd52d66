import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { RepriseError, asError, systemCode } from '../foundation/reprise-error.ts';
import { findCacheFolder } from '../recording/bundle/cache-folder.ts';

/** What a system says of its files and folders that is no fault of reprise's. */
const ordinary =
  /^(EACCES|EPERM|ENOENT|ENOTDIR|EISDIR|ELOOP|ENAMETOOLONG|EEXIST|ENOTEMPTY|EBUSY|ENOSPC|EDQUOT|EFBIG|EROFS|EIO|EMFILE|ENFILE|EXDEV)$/;

/** The system's calls, where their names are none for people. */
const verbs: Readonly<Record<string, string>> = {
  copyfile: 'copy',
  link: 'write',
  lstat: 'look at',
  mkdir: 'make the folder',
  mkdtemp: 'make the folder',
  rm: 'remove',
  rmdir: 'remove',
  scandir: 'read the folder',
  stat: 'look at',
  unlink: 'remove',
};

/** A trouble with files, in a sentence. @returns what was thrown, where it is something else */
export function explainSystemError(error: unknown): unknown {
  const code = systemCode(error) ?? '';
  if (!ordinary.test(code)) return error;
  const { message, syscall = 'use', path = '' } = asError(error) as NodeJS.ErrnoException; // it has a system's code
  const reason = /^\w+: ([^,]*)/.exec(message)?.[1] ?? code;
  const verb = verbs[syscall] ?? syscall;
  const what = path === '' ? `${verb} a file` : `${verb} ${path}`;
  return new RepriseError('not-writable', `Failed to ${what}: ${reason} (${code}). ${adviseFor(path)}.`, {
    cause: error,
    ...(path === '' ? {} : { file: path }),
  });
}

function adviseFor(path: string): string {
  const [cache, temporary] = [findCacheFolder(), tmpdir()];
  if (cache !== undefined && isWithin(path, cache)) return 'Mend that, or name another cache by `REPRISE_CACHE_DIR`';
  if (path.startsWith(join(temporary, 'reprise-')))
    return 'Mend that, or name another folder for temporary files by `TMPDIR`';
  if (path !== '') return 'Check the path, and what you may do there';
  if (cache === undefined) return `Look at ${temporary}; \`TMPDIR\` names another`;
  return `Look at the cache ${cache} and at ${temporary}; \`REPRISE_CACHE_DIR\` and \`TMPDIR\` name others`;
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
