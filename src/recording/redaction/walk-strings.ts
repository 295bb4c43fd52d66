import type { QuotedText } from './quoted-text.ts';
import { countSlashes, readQuoted, skipSpace } from './quoted-text.ts';

/** A string inside an object or a list, and the key that it stands under; in a list that of the list. */
export type VisitString = (value: QuotedText, key: string) => void;

/** So many characters of an object or a list are gone through. */
const longestWalk = 1 << 20;

/**
 * Visits the strings in the object or list that begins at `at`, those of the ones inside it too. It is read as raw text,
 * whatever depth of strings it stands in, and need not be whole.
 * @param unit of the quotes round it, as `QuotedText` has it
 * @returns where it ends
 */
export function walkStrings(
  text: string,
  at: number,
  options: { unit: number; key: string; visit: VisitString; longest?: number },
): number {
  const { unit, visit } = options;
  const keys = [options.key];
  const limit = Math.min(text.length, at + (options.longest ?? longestWalk));
  for (let next = skipSpace(text, at + 1); next < limit; next = skipSpace(text, next)) {
    const code = text.charCodeAt(next);
    if (code === 0x22 || code === 0x27 || code === 0x5c) {
      const quoted = readQuoted(text, next);
      if (quoted === undefined || quoted.unit < unit) return next;
      if (quoted.unit > unit && code === 0x5c) {
        next += countSlashes(text, next) + 1;
        continue;
      }
      const behind = skipSpace(text, quoted.next);
      const isKey = text.charCodeAt(behind) === 0x3a;
      if (isKey) keys[keys.length - 1] = text.slice(quoted.start, quoted.end);
      else visit(quoted, keys.at(-1) ?? '');
      next = isKey ? behind + 1 : quoted.next;
    } else {
      if (code === 0x7b || code === 0x5b) keys.push(keys.at(-1) ?? '');
      else if (code === 0x7d || code === 0x5d) {
        if (keys.length === 1) return next + 1;
        keys.pop();
      }
      next++;
    }
  }
  return limit;
}
