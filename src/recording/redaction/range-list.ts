/** A part of a text. */
export interface Range {
  start: number;
  end: number;
}

/** Of ranges in order, none over another, the one in which a place is. */
export function rangeAt<T extends Range>(ranges: readonly T[], place: number): T | undefined {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.start ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  const range = ranges[low - 1];
  return range !== undefined && place < range.end ? range : undefined;
}

/** Whether a range lies in one of the others, or begins or ends in the middle of one. */
export function cutsInto({ start, end }: Range, ranges: readonly Range[]): boolean {
  if (ranges.length === 0) return false;
  const [first, last] = [rangeAt(ranges, start), rangeAt(ranges, end - 1)];
  return (first !== undefined && (first.start < start || end <= first.end)) || (last !== undefined && end < last.end);
}
