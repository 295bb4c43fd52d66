import { extname } from 'node:path';
import type { PluginIdentity } from '../recording/plugin-package.ts';

/** What a recorder wants to know of a package. */
export interface PackageFacts {
  plugin: PluginIdentity;
  /** Fields that hold secrets. */
  secretFields: string[];
}

/**
 * Reads the package that a command names, in a thread beside this one.
 * @returns undefined where it names none, or that can't be read
 */
export async function readPackageFacts(command: readonly string[]): Promise<PackageFacts | undefined> {
  const file = command.find((word) => extname(word) === '.difypkg');
  if (file === undefined) return undefined;
  const { Worker } = await import('node:worker_threads');
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./about-worker.cjs', import.meta.url), {
      workerData: file,
      stdout: true,
      stderr: true,
    });
    worker.unref();
    worker.once('message', (facts: PackageFacts | undefined) => resolve(facts));
    worker.once('error', () => resolve(undefined)); // the recording does without
    worker.once('exit', () => resolve(undefined));
  });
}
