import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Shelved } from './shelved.ts';
import { stemOf } from './stem-of.ts';
import type { EmbeddedRecording } from './stub.ts';

/** The recordings that a stub holds in itself. */
export function shelveEmbedded(embedded: readonly EmbeddedRecording[]): Shelved[] {
  return embedded.map(({ name, about, isNamed, packed }) => ({
    file: name,
    stem: stemOf(name),
    about,
    isNamed,
    packed,
  }));
}

/** Makes files of them, which go again once they are open. */
export function unpackAll(recordings: readonly Shelved[]): { files: string[]; onOpen: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-'));
  const files = recordings.map(({ file, packed }, index) => {
    if (packed === undefined) return file;
    const path = join(folder, String(index), `${basename(file).replace(/\.gz$/, '')}.gz`); // its name is told to people
    mkdirSync(dirname(path));
    writeFileSync(path, Buffer.from(packed, 'base64'), { mode: 0o600 });
    return path;
  });
  return { files, onOpen: () => rmSync(folder, { recursive: true, force: true }) };
}
