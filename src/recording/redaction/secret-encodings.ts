import type { Range } from './range-list.ts';

const base64Digit = /[A-Za-z0-9+/_-]/;

/** Base64 to its ends. */
export function wholeRun(text: string, { start, end }: Range): Range {
  const last = endOfRun(text, end, 1);
  const padding = /^={0,2}/.exec(text.slice(last, last + 2))?.[0].length ?? 0;
  const first = behindEscape(text, endOfRun(text, start - 1, -1) + 1);
  return { start: Math.min(first, start), end: last + padding };
}

/** The letters of an escape that the digits follow, as in `\\n`, are none of them. */
function behindEscape(text: string, at: number): number {
  if (text[at - 1] === '%') return at + 2;
  if (text[at - 1] !== '\\') return at;
  return at + (text[at] === 'u' ? 5 : 1);
}

function endOfRun(text: string, from: number, step: 1 | -1): number {
  let at = from;
  while (at >= 0 && at < text.length && base64Digit.test(text.charAt(at))) at += step;
  return at;
}

/** Backslashes at the ends are found with what is between them; for themselves they can't be told from those of escapes. */
export function withoutEnds(value: string): string {
  let [start, end] = [0, value.length];
  while (value[start] === '\\') start++;
  while (end > start && value[end - 1] === '\\') end--;
  return end - start > value.length / 2 ? value.slice(start, end) : '';
}

/** A value as it may be encoded, and whether that is base64: in hexadecimal, in base64 at each of its three places. */
export function encodingsOf(value: string): Map<string, boolean> {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  const texts = new Map([hex, hex.toUpperCase()].map((text) => [text, false]));
  for (const shift of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes]);
    // The first and the last digits hang on the bytes beside.
    const from = shift === 0 ? 0 : shift + 1;
    const to = Math.floor((whole.length * 8) / 6);
    for (const notation of ['base64', 'base64url'] as const) texts.set(whole.toString(notation).slice(from, to), true);
  }
  return texts;
}
