import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RawEntry } from './bundles.ts';
import { listAll, makeHome } from './bundles.ts';
import { makeFolder } from './files.ts';
import { root } from './run.ts';

/** The folder of a bundle of one recording, and its files as an archive has them. */
export const good = join(makeFolder(), 'good');
await makeHome().run('bundle', join(root, 'recordings/regex.jsonl'), '-o', good);
const [manifest, recording] = ['bundle.json', 'recordings/regex.jsonl'].map((name) => readFileSync(join(good, name)));
export const entries: RawEntry[] = [
  { name: 'bundle.json', content: manifest! },
  { name: 'recordings/regex.jsonl', content: recording! },
];

/** Nothing but its cache's empty folders may be left of a bundle that was refused. */
export async function refusalOf(file: string): Promise<{ exitCode: number | undefined; text: string }> {
  const home = makeHome();
  const { exitCode, stdout, stderr } = await home.run('check', file);
  expect(stdout).toBe('');
  const left = existsSync(home.cache) ? listAll(home.cache) : [];
  expect(left.filter((name) => !['part', 'bundles', 'blobs', 'archives'].includes(name))).toEqual([]);
  return { exitCode, text: stderr.trim().replaceAll(file, 'FILE') };
}

export function changed(
  change: (value: { recordings: Record<string, unknown>[]; [key: string]: unknown }) => void,
): Buffer {
  const value = JSON.parse(String(manifest)) as { recordings: Record<string, unknown>[] };
  change(value);
  return Buffer.from(JSON.stringify(value));
}
