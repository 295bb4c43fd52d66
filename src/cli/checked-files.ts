import { join } from 'node:path';
import { findRecordings, isBundle } from '../recording/find-recordings.ts';
import { findFile } from '../transport/find-file.ts';
import type { BundledKind } from './check-recording.ts';
import { isStub, recordingsOf } from './drop-in/read-stub.ts';

/** A file that is to be checked. */
export interface CheckedFile {
  path: string;
  /** Of a file in a bundle. */
  bundled?: { bundle: string; kind: BundledKind };
}

/**
 * The files that words mean: recordings, stubs, each followed by the recordings that it plays and does not hold in
 * itself, and all that is in bundles.
 * @throws RepriseError as `findRecordings`
 */
export async function findChecked(words: readonly string[]): Promise<CheckedFile[]> {
  const all = new Map<string, CheckedFile>();
  const add = (files: readonly CheckedFile[]): void => {
    for (const file of files) if (!all.has(file.path)) all.set(file.path, file);
  };
  for (const word of words.length === 0 ? await findRecordings(words) : words)
    for (const file of await filesOf(word)) {
      add([file]);
      if (findFile(file.path)?.isFile() !== true || !isStub(file.path)) continue;
      for (const played of recordingsOf(file.path)) add(await filesOf(played));
    }
  return [...all.values()];
}

async function filesOf(word: string): Promise<CheckedFile[]> {
  if (!isBundle(word)) return Promise.all((await findRecordings([word])).map(fileAt));
  const [{ openBundled }, { manifestName }] = await Promise.all([
    import('../recording/bundle/find-bundled.ts'),
    import('../recording/bundle/bundle-manifest.ts'),
  ]);
  const { bundle, source, files } = await openBundled(word);
  return [...files.map(({ file }) => file), ...(source === word ? [manifestName] : [])].map((file) => ({
    path: join(bundle.folder, file),
    bundled: { bundle: source, kind: kindOf(file) },
  }));
}

/** A recording in a bundle's folder is the bundle's, by whatever name it is checked. */
async function fileAt(path: string): Promise<CheckedFile> {
  const { findBundleAround } = await import('../recording/bundle/bundle-folder.ts');
  const bundle = findBundleAround(path);
  return bundle === undefined ? { path } : { path, bundled: { bundle, kind: 'recording' } };
}

function kindOf(file: string): BundledKind {
  if (file.startsWith('recordings/')) return 'recording';
  if (file.startsWith('faults/')) return 'fault plan';
  return file === 'bundle.json' ? 'manifest' : 'configuration';
}
