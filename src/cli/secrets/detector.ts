import { randomBytes } from 'node:crypto';
import type { FoundSecret } from '../../foundation/find-shapes.ts';
import { placeholderPattern, placeholderStart } from '../../foundation/placeholder.ts';
import { openRedactor } from '../../recorder/open-redactor.ts';
import type { Redactor } from '../../recording/redaction/redactor.ts';
import { completeRedaction } from '../redaction-settings.ts';
import type { Scan } from './scanner.ts';
import { openScanner } from './scanner.ts';

/** Finds what a redaction would replace, and what a scanner's rules find beside it. It learns: one serves one file. */
export class Detector {
  readonly #redactor: Redactor;
  readonly #scan: Scan;

  constructor(redactor: Redactor, scan: Scan) {
    this.#redactor = redactor;
    this.#scan = scan;
  }

  /**
   * @param bytes a text, with whatever escapes are in it
   * @param text the same bytes as Latin-1
   * @returns where secrets stand, in the order of the text, none over another
   */
  find(bytes: Buffer, text = bytes.toString('latin1')): FoundSecret[] {
    const { secrets, kept } = this.#redactor.find(bytes, text);
    const more = this.#scan(text);
    if (secrets.length + more.length === 0) return [];
    const allowed = [...kept, ...placeholdersOf(text)].toSorted((a, b) => a.start - b.start);
    // Where two find the same, the redaction's kind is told.
    const found = [...secrets, ...more.filter((secret) => !isAllowed(secret, allowed))];
    const ranges: FoundSecret[] = [];
    for (const { start, end, kind } of found.toSorted((a, b) => a.start - b.start)) {
      const last = ranges.at(-1);
      if (last === undefined || start >= last.end) ranges.push({ start, end, kind });
      else last.end = Math.max(last.end, end);
    }
    return ranges;
  }
}

/**
 * All that looks for secrets in a file of a folder, with what its project wishes to be replaced or kept.
 * @throws RepriseError where the project's configuration can't be read
 */
export async function openDetector(folder: string): Promise<Detector> {
  const wishes = completeRedaction({ redact: [], keep: [], noRedact: false }, { folder });
  return new Detector(await openRedactor(randomBytes(16).toString('hex'), wishes), await openScanner());
}

interface Range {
  start: number;
  end: number;
}

function placeholdersOf(text: string): Range[] {
  if (!text.includes(placeholderStart)) return [];
  return Array.from(text.matchAll(new RegExp(placeholderPattern, 'g')), ({ index: start, 0: whole }) => ({
    start,
    end: start + whole.length,
  }));
}

/** What is nothing but a placeholder, or begins inside of one, is no secret; nor is what is to be kept. */
function isAllowed({ start, end }: FoundSecret, allowed: readonly Range[]): boolean {
  const range = allowed[lastUpTo(allowed, start)];
  return range !== undefined && start < range.end && (range.start !== start || end <= range.end);
}

/** Of sorted ranges, the last that does not begin behind a place; -1 for none. */
function lastUpTo(ranges: readonly Range[], place: number): number {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.start ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
