import { isAscii, isUtf8 } from 'node:buffer';
import { isContinuation } from '../foundation/characters.ts';

/** What Go puts in the place of each byte that is no UTF-8. */
const replacement = Buffer.from('\ufffd');

/**
 * The text of a line as Go sees it: each byte that does not belong to a valid UTF-8 sequence is one U+FFFD. (TextDecoder
 * makes one of a whole truncated sequence.)
 */
export function textOfBytes(line: Buffer): string {
  if (isAscii(line)) return line.toString('latin1');
  if (isUtf8(line)) return line.toString('utf8');
  return repaired(line).toString('utf8');
}

/** The byte that stands where the character `unit` (counted in UTF-16) of `textOfBytes(line)` begins. */
export function byteAtUnit(line: Buffer, unit: number): number {
  let at = 0;
  for (let units = 0; units < unit;) {
    const size = runeSize(line, at);
    units += size === 4 ? 2 : 1;
    at += size === 0 ? 1 : size;
  }
  return line[at] ?? 0;
}

function repaired(line: Buffer): Buffer {
  let bad = 0;
  for (let at = 0, size = 0; at < line.length; at += size || 1) {
    size = runeSize(line, at);
    if (size === 0) bad += 1;
  }
  const bytes = Buffer.allocUnsafe(line.length + bad * (replacement.length - 1));
  let end = 0;
  let from = 0;
  for (let at = 0, size = 0; at < line.length; at += size || 1) {
    size = runeSize(line, at);
    if (size !== 0) continue;
    end += line.copy(bytes, end, from, at);
    end += replacement.copy(bytes, end);
    from = at + 1;
  }
  line.copy(bytes, end, from);
  return bytes;
}

/** The length of the valid sequence at `at`, 0 where there is none: the table of Go's unicode/utf8. */
function runeSize(line: Buffer, at: number): number {
  const first = line[at] ?? 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const second = line[at + 1] ?? 0;
  if (first < 0xe0) return isContinuation(second) ? 2 : 0;
  if (!isSecond(first, second) || !isContinuation(line[at + 2] ?? 0)) return 0;
  if (first < 0xf0) return 3;
  return isContinuation(line[at + 3] ?? 0) ? 4 : 0;
}

/** Overlong forms, surrogates and what is beyond U+10FFFF show in the second byte. */
function isSecond(first: number, second: number): boolean {
  if (first === 0xe0) return second >= 0xa0 && second <= 0xbf;
  if (first === 0xed) return second >= 0x80 && second <= 0x9f;
  if (first === 0xf0) return second >= 0x90 && second <= 0xbf;
  if (first === 0xf4) return second >= 0x80 && second <= 0x8f;
  return isContinuation(second);
}
