import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder of its own that goes when the tests of the file are over. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-test-'));
  folders.push(folder);
  return folder;
}

/** A file with this content in a folder of its own. */
export function makeFile(content: string | Buffer, name = 'recording.jsonl'): string {
  const file = join(makeFolder(), name);
  writeFileSync(file, content);
  return file;
}
