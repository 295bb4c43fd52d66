import { withoutQuotes } from './derived.ts';
import type { Difference } from './differences.ts';
import type { GoValue } from './go-decoder.ts';
import { isSecretPath } from './mask-secrets.ts';

/** So many characters of a text are shown. */
const shown = 60;
/** So many characters that both texts have stand before the place where they part. */
const context = 12;

/** What was recorded and what was received, in words that can be told apart, on one line without double quotes. */
export function showPair({ path, recorded, received }: Difference): { recorded: string; received: string } {
  if (isSecretPath(path)) return tellApart(showSecret(recorded), showSecret(received), 'another one');
  const start = typeof recorded === 'string' && typeof received === 'string' ? startOf(recorded, received) : 0;
  return tellApart(showValue(recorded, start), showValue(received, start), 'other characters that look the same');
}

/** Where both look alike, `other` says that they are not. */
function tellApart(recorded: string, received: string, other: string): { recorded: string; received: string } {
  return { recorded, received: recorded === received ? other : received };
}

/** A secret is told by its kind and length. */
function showSecret(value: GoValue | undefined): string {
  return typeof value === 'string' && value !== '' ? `a secret of ${value.length} characters` : showValue(value);
}

/** Where to begin showing two texts: a little before they part, if that is not at their beginning. */
function startOf(left: string, right: string): number {
  if (Math.max(left.length, right.length) <= shown) return 0;
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  return at <= shown / 2 ? 0 : at - context;
}

function showValue(value: GoValue | undefined, start = 0): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return showText(value, start);
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `a list of ${value.length}`;
  const keys = Object.keys(value);
  return keys.length === 0 ? '{}' : `an object with ${showNames(keys)}`;
}

function showText(text: string, start: number): string {
  const end = start + shown;
  const part = text.slice(start, end);
  const [before, after] = [start > 0 ? '...' : '', end < text.length ? '...' : ''];
  const length = before === '' && after === '' ? '' : ` (${text.length} characters)`;
  return `'${before}${withoutQuotes(part)}${after}'${length}`;
}

function showNames(keys: readonly string[]): string {
  const names = keys.slice(0, 3).map((key) => withoutQuotes(key.slice(0, shown)));
  return keys.length > names.length ? `${names.join(', ')} and ${keys.length - names.length} more` : names.join(', ');
}
