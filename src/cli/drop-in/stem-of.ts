import { basename } from 'node:path';
import { recordingEnding } from '../../recording/find-recordings.ts';

/** A file's name without its folders and its ending. */
export function stemOf(file: string): string {
  return basename(file).replace(recordingEnding, '');
}
