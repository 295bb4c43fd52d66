/** A text without the escapes that it has for no reason, and where its characters stood before. */
export interface PlainText {
  plain: string;
  /** The place in the text as it was of a place in the plain one. */
  placeOf: (at: number) => number;
}

// Of a run of backslashes only the first is tried: a run that ends in no escape is read once.
const needlessEscape = /(?<!\\)\\+u00(2[de]|3\d|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])/gi;

/**
 * Undoes the escapes of letters and digits, which hide names and secrets.
 * @returns undefined where there are none
 */
export function undoNeedlessEscapes(text: string): PlainText | undefined {
  if (!text.includes('\\u00')) return undefined;
  const [places, gains]: [number[], number[]] = [[], []];
  let gain = 0;
  const plain = text.replace(needlessEscape, (escape: string, code: string, at: number) => {
    places.push(at - gain + 1);
    gain += escape.length - 1;
    gains.push(gain);
    return String.fromCharCode(parseInt(code, 16));
  });
  if (places.length === 0) return undefined;
  return { plain, placeOf: (at) => at + (gains[countUpTo(places, at) - 1] ?? 0) };
}

/** How many of the sorted numbers are `most` or less. */
function countUpTo(sorted: readonly number[], most: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= most) low = middle + 1;
    else high = middle;
  }
  return low;
}
