import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RepriseError, reasonOf, systemCode } from '../foundation/reprise-error.ts';
import type { Bundle } from '../recording/bundle/bundle-folder.ts';
import { isBundleFolder } from '../recording/bundle/bundle-folder.ts';
import { filesOf, manifestName } from '../recording/bundle/bundle-manifest.ts';

/** Another process may do the same: so often is it tried. */
const attempts = 20;

/**
 * Copies a bundle to a folder of its own, which is whole whenever it is there. A bundle that is there is replaced.
 * @throws RepriseError `exists` where something else is there, or `not-writable`
 */
export function placeFolder({ folder, manifest }: Bundle, to: string): void {
  refuseOther(to);
  const stage = `${to}.${process.pid}`;
  try {
    for (const file of [manifestName, ...filesOf(manifest).map((one) => one.file)]) {
      mkdirSync(dirname(join(stage, file)), { recursive: true });
      cpSync(join(folder, file), join(stage, file));
    }
    swap(stage, to);
  } catch (error) {
    if (error instanceof RepriseError) throw error;
    throw new RepriseError('not-writable', `Failed to write ${to}: ${reasonOf(error)}. Give \`--output\` another.`, {
      file: to,
      cause: error,
    });
  } finally {
    for (const left of [stage, `${stage}.old`]) rmSync(left, { recursive: true, force: true });
  }
}

/** A folder with something in it can't be replaced in one step: it goes aside first. */
function swap(stage: string, to: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      renameSync(stage, to);
      return;
    } catch (error) {
      if (attempt === attempts || !['ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) throw error;
    }
    rmSync(`${stage}.old`, { recursive: true, force: true });
    try {
      renameSync(to, `${stage}.old`);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error; // another process has it aside at this moment
    }
  }
}

/** @throws RepriseError where a folder is there that is neither empty nor a bundle */
export function refuseOther(to: string): void {
  if (!existsSync(to) || isBundleFolder(to)) return;
  if (isEmpty(to)) return;
  throw new RepriseError(
    'exists',
    `Failed to write ${to}: it exists already, and is no bundle. Give \`--output\` another.`,
    {
      file: to,
    },
  );
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch {
    return false; // a file
  }
}
