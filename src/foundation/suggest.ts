import { distance } from 'fastest-levenshtein';

/** More differences than this are mostly another word, not a slip. */
const usualMost = 3;

/** `Did you mean X?` with a space before it, or nothing where no word is near. */
export function suggest(word: string, words: readonly string[], most = usualMost): string {
  // The distance is at least the difference of the lengths, and takes long for a long word.
  const near = words
    .filter(({ length }) => word !== '' && Math.abs(length - word.length) <= most)
    .map((one) => ({ one, apart: distance(one, word) }))
    .filter(({ apart }) => apart <= most)
    .toSorted((a, b) => a.apart - b.apart)[0];
  return near === undefined ? '' : ` Did you mean ${near.one}?`;
}
