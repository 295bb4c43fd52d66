import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { findFile } from './find-file.ts';

/**
 * Makes a folder, and those above it, where they are missing; another process may make them at the same time.
 * @throws the system's error where there can be none
 */
export function makeFolder(folder: string): void {
  try {
    // Node's recursive way never ends where a folder that is there takes none, as in /proc.
    mkdirSync(folder, { recursive: findFile(dirname(resolve(folder))) === undefined });
  } catch (error) {
    if (findFile(folder)?.isDirectory() !== true) throw error;
  }
}
