import type { FoundSecret } from '../../foundation/find-shapes.ts';
import { placeholderPattern, placeholderStart } from '../../foundation/placeholder.ts';
import type { Detector } from './detector.ts';
import { pointersOf } from './pointers.ts';

/** A secret, without its value. */
export interface SecretPlace {
  /** A JSON pointer into the text. */
  path: string;
  kind: string;
}

/** A line of bytes, as text or base64 of it, has its payload last. */
const base64Line = /^\{"at":[^{}[\]]{1,200},"base64":"([A-Za-z\d+/=]*)"\}\r?$/;
const message = '/message';

/** Looks for secrets in a line of a recording: its message, text or event, or the header. */
export function scanLine(line: string, detectors: readonly Detector[]): SecretPlace[] {
  const encoded = line.includes('"base64":') ? base64Line.exec(line)?.[1] : undefined;
  if (encoded === undefined)
    return scanText(line, detectors).map(({ path, kind }) => ({ path: pathInLine(path), kind }));
  const kinds = new Set(
    findRanges(Buffer.from(encoded, 'base64').toString('latin1'), detectors).map(({ kind }) => kind),
  );
  return [...kinds].map((kind) => ({ path: 'base64', kind }));
}

/** Looks for secrets in a JSON text. Each kind is told once a place. */
export function scanText(text: string, detectors: readonly Detector[]): SecretPlace[] {
  const ranges = findRanges(text, detectors);
  if (ranges.length === 0) return [];
  const pointers = pointersOf(text, ranges);
  const places = ranges.map(({ kind }, index) => ({ path: pointers[index] ?? '', kind }));
  return [...new Map(places.map((place) => [`${place.kind} ${place.path}`, place])).values()];
}

function pathInLine(path: string): string {
  if (path === '/text') return 'text';
  if (path === message) return 'message';
  return path.startsWith(`${message}/`) ? path.slice(message.length) : path;
}

/** What all detectors have found, in the order of the text, none over another. */
function findRanges(text: string, detectors: readonly Detector[]): FoundSecret[] {
  const found = detectors.flatMap((detect, rank) =>
    detect(text).map(({ start, end, kind }) => ({ start, end, kind, rank })),
  );
  if (found.length === 0) return found;
  const placeholders = placeholdersOf(text);
  const ranges: (FoundSecret & { rank: number })[] = [];
  for (const secret of found.toSorted((a, b) => a.start - b.start || a.rank - b.rank)) {
    if (isPlaceholder(secret, placeholders)) continue;
    const last = ranges.at(-1);
    if (last === undefined || secret.start >= last.end) ranges.push({ ...secret });
    else {
      if (secret.rank < last.rank) [last.kind, last.rank] = [secret.kind, secret.rank];
      last.end = Math.max(last.end, secret.end);
    }
  }
  return ranges;
}

interface Placeholders {
  /** Where one begins, in order. */
  starts: readonly number[];
  ends: ReadonlyMap<number, number>;
}

function placeholdersOf(text: string): Placeholders | undefined {
  if (!text.includes(placeholderStart)) return undefined;
  const matches = [...text.matchAll(new RegExp(placeholderPattern, 'g'))];
  return {
    starts: matches.map(({ index }) => index),
    ends: new Map(matches.map((match) => [match.index, match.index + match[0].length])),
  };
}

/** What is nothing but a placeholder, or begins inside of one, is no secret. */
function isPlaceholder({ start, end }: FoundSecret, placeholders: Placeholders | undefined): boolean {
  if (placeholders === undefined) return false;
  const begin = lastUpTo(placeholders.starts, start);
  const stop = begin === undefined ? undefined : placeholders.ends.get(begin);
  return stop !== undefined && start < stop && (begin !== start || end <= stop);
}

/** The last of sorted numbers that is not above a limit. */
function lastUpTo(numbers: readonly number[], limit: number): number | undefined {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return numbers[low - 1];
}
