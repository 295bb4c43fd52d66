import { existsSync, lstatSync, readdirSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { makeFolder } from '../foundation/make-folder.ts';
import { withPassing } from '../foundation/passing.ts';
import { RepriseError, reasonOf, systemCode } from '../foundation/reprise-error.ts';
import type { Bundle } from '../recording/bundle/bundle-folder.ts';
import { findStranger, isBundleFolder, readBundleFolder } from '../recording/bundle/bundle-folder.ts';
import { filesOf, manifestName } from '../recording/bundle/bundle-manifest.ts';
import { nameBeside, sweepBeside } from '../recording/bundle/parts.ts';

/** Another process may do the same: so often is it tried. */
const attempts = 20;

/**
 * Copies a bundle to a folder of its own, which is whole whenever it is there. A bundle that is there is replaced.
 * @throws RepriseError `exists` where something else is there, or `not-writable`
 */
export async function placeFolder(bundle: Bundle, output: string): Promise<void> {
  refuseOther(output);
  const to = existsSync(output) ? realpathSync(output) : resolve(output); // a link to a folder stays one
  const stage = nameBeside(to);
  try {
    // Whoever stands in a folder would be left with one that is gone.
    if (!relative(to, realpathSync(process.cwd())).startsWith('..')) return await fillFolder(bundle, to);
    await withPassing(stage, async () => {
      await copyFiles(bundle, stage);
      swap(stage, to);
    });
    sweepBeside(to);
  } catch (error) {
    if (systemCode(error) === 'EBUSY') return fillFolder(bundle, to); // something is mounted there
    if (error instanceof RepriseError) throw error;
    throw new RepriseError(
      'not-writable',
      `Failed to write ${output}: ${reasonOf(error)}. Give \`--output\` another.`,
      {
        file: output,
        cause: error,
      },
    );
  }
}

/** Copies to a folder that has to stay the one it is: it is a bundle from its last file on. */
async function fillFolder(bundle: Bundle, to: string): Promise<void> {
  refuseOther(to);
  for (const name of [manifestName, ...readdirSync(to)]) rmSync(join(to, name), { recursive: true, force: true });
  await copyFiles(bundle, to);
}

async function copyFiles({ folder, manifest }: Bundle, to: string): Promise<void> {
  for (const file of [...filesOf(manifest).map((one) => one.file), manifestName]) {
    makeFolder(dirname(join(to, file)));
    await copyFile(join(folder, file), join(to, file));
  }
}

/** A folder with something in it can't be replaced in one step: it goes aside first. */
function swap(stage: string, to: string): void {
  const aside = `${stage}.old`;
  for (let attempt = 1; ; attempt++) {
    try {
      renameSync(stage, to);
      break;
    } catch (error) {
      if (attempt === attempts || !['ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) throw error;
    }
    rmSync(aside, { recursive: true, force: true });
    refuseOther(to);
    try {
      renameSync(to, aside);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error; // another process has it aside at this moment
    }
  }
  rmSync(aside, { recursive: true, force: true });
}

/**
 * Makes sure that nothing is lost where a bundle is to be written as a folder.
 * @throws RepriseError `exists` where something is there that no bundle holds
 */
export function refuseOther(to: string): void {
  if (lstatSync(to, { throwIfNoEntry: false }) === undefined || isEmpty(to)) return;
  const reason = findObstacle(to);
  if (reason === undefined) return;
  const message = `Failed to write ${to}: it exists already, and ${reason}. Give \`--output\` another.`;
  throw new RepriseError('exists', message, { file: to });
}

function findObstacle(folder: string): string | undefined {
  for (;;) {
    const before = inodeOf(folder);
    const reason = lookForObstacle(folder);
    // Another process may have put its own there meanwhile.
    if (inodeOf(folder) === before) return reason;
  }
}

function lookForObstacle(folder: string): string | undefined {
  if (!isBundleFolder(folder)) return 'is no bundle';
  try {
    const stranger = findStranger(readBundleFolder(folder));
    return stranger === undefined ? undefined : `holds ${stranger}, which is no file of its bundle`;
  } catch (error) {
    return error instanceof RepriseError ? `its ${manifestName} is none of reprise's` : reasonOf(error);
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch {
    return false; // a file
  }
}
