import { basename } from 'node:path';

/** A file's name without its folders and its ending. */
export function stemOf(file: string): string {
  return basename(file).replace(/\.jsonl(\.gz)?$/, '');
}
