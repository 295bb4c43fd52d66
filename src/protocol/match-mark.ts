import { isSecondHalf } from '../foundation/characters.ts';

/** No decoded string has half a surrogate pair in it, so that no value of a request is taken for a mark. */
const half = '\ud800';

/** What stands for all values that will do at a place. */
export function createMark(name: string): string {
  return half + name;
}

/** Whether a text is such a mark; U+10000 and its neighbours begin with the same half, and go on with the other. */
export function isMark(text: string): boolean {
  return text.startsWith(half) && !isSecondHalf(text, 1);
}
