import { distance } from 'fastest-levenshtein';

/** More differences than this are mostly another word, not a slip. */
const usualMost = 3;

/** `Did you mean X?` with a space before it, or nothing where no word is near. */
export function suggest(word: string, words: readonly string[], most = usualMost): string {
  const nearest = words.toSorted((a, b) => distance(a, word) - distance(b, word))[0];
  return nearest !== undefined && distance(nearest, word) <= most ? ` Did you mean ${nearest}?` : '';
}
