/** How many characters a text has, as a person counts them, and Python: Unicode's, not UTF-16's halves. */
export function sayCharacters(text: string): string {
  let count = text.length;
  for (let at = 0; at < text.length; at++) if (isSecondHalf(text, at)) count--;
  return `${count} character${count === 1 ? '' : 's'}`;
}

/** The beginning of a text, as a text of its own: V8's substrings keep the whole one in memory. */
export function keepStart(text: string, longest: number): string {
  // V8 copies what is this short in any case.
  if (text.length < 13) return text;
  return Buffer.from(text.slice(0, longest)).toString();
}

/** Whether the second half of a surrogate pair stands there, so that a cut before it would cut a character in two. */
export function isSecondHalf(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Whether a byte stands in the middle of a character of UTF-8. */
export function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
