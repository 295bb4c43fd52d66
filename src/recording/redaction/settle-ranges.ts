import { isContinuation } from '../../foundation/characters.ts';
import { fitRanges } from './fit-ranges.ts';
import type { SecretRange } from './secret-index.ts';

/** What is replaced of a text, of all that was found in it: in its order, none over another, no character cut in two. */
export function settleRanges(text: string, found: readonly SecretRange[]): SecretRange[] {
  return outermost(fitRanges(text, found).map((range) => withWholeCharacters(text, range)));
}

/** No character of UTF-8 is cut in two. */
function withWholeCharacters(text: string, range: SecretRange): SecretRange {
  let { start, end } = range;
  while (start > 0 && isContinuation(text.charCodeAt(start))) start--;
  while (end < text.length && isContinuation(text.charCodeAt(end))) end++;
  return start === range.start && end === range.end ? range : { ...range, start, end };
}

/** Of ranges that overlap, one over all of them, with the placeholder of the longest. */
export function outermost(ranges: SecretRange[]): SecretRange[] {
  const sorted = ranges.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const result: SecretRange[] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (last === undefined || range.start >= last.end) result.push({ ...range });
    else if (range.end > last.end)
      Object.assign(last, range.end - range.start > last.end - last.start ? range : {}, {
        start: last.start,
        end: range.end,
      });
  }
  return result;
}
