import type { FoundSecret } from '../../foundation/find-shapes.ts';
import { findOwn } from './find-own.ts';
import { openScanner } from './scanner.ts';

/**
 * Finds secrets in a text: a line of a file as Latin-1, with whatever escapes are in it.
 * @returns where they stand, in any order
 */
export type Detector = (text: string) => FoundSecret[];

/** All that look for secrets. Where two find the same, what the first says is told. */
export async function openDetectors(): Promise<readonly Detector[]> {
  return [findOwn, await openScanner()];
}
