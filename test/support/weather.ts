import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeRecording } from './drop-in.ts';
import { makeFolder } from './files.ts';

export const plugin = { author: 'reprise', name: 'weather', version: '0.0.1', sha256: 'f'.repeat(64) };

/** A folder in which a client works: with the recordings that are named, each of the weather plugin. */
export function makeProject(names: readonly string[] = ['weather']): string {
  const folder = makeFolder();
  mkdirSync(join(folder, 'recordings'));
  for (const name of names) writeRecording(join(folder, 'recordings', `${name}.jsonl`), { plugin }, name);
  return folder;
}
