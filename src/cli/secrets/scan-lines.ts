import { readSync } from 'node:fs';
import { nextTurn } from '../../foundation/clock.ts';
import { LineSplitter } from '../../transport/line-splitter.ts';
import type { Detector } from './detector.ts';
import type { SecretPlace } from './scan-text.ts';
import { scanLine } from './scan-text.ts';

/** A secret in a recording. */
export interface LineSecret extends SecretPlace {
  /** The line of the file, counted from 1. */
  line: number;
}

const slabSize = 1 << 20;
/** As for the reader: no line of a recording is longer. */
const longestLine = 128 << 20;
/** Whoever has so many needs no more to be told. */
const mostFound = 10_000;

/**
 * Looks for secrets in the lines of an open file.
 * @throws Error where a line is too long, or a rule fails
 */
export async function scanLines(
  fd: number,
  { detector, onProgress }: { detector: Detector; onProgress?: (position: number) => void },
): Promise<LineSecret[]> {
  const found: LineSecret[] = [];
  const splitter = new LineSplitter(longestLine);
  let line = 0;
  const scan = (bytes: Buffer): void => {
    line++;
    for (const place of scanLine(bytes, detector)) found.push({ line, ...place });
  };
  for (let position = 0; found.length < mostFound;) {
    const slab = Buffer.allocUnsafe(slabSize);
    const count = readSync(fd, slab, 0, slabSize, position);
    if (count === 0) break;
    position += count;
    if (!splitter.push(slab.subarray(0, count), scan))
      throw new Error(`line ${line + 1} is longer than ${longestLine >> 20} MiB`);
    onProgress?.(position);
    await nextTurn();
  }
  splitter.end(scan);
  return found.slice(0, mostFound);
}
