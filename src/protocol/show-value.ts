import { isSecondHalf, sayCharacters } from '../foundation/characters.ts';
import { withoutQuotes } from './derived.ts';
import type { Difference } from './differences.ts';
import type { GoValue } from './go-decoder.ts';
import { hideTokens } from './hide-tokens.ts';
import type { SecretVerdict } from './judge-secrets.ts';
import { isSecretPath } from './mask-secrets.ts';
import type { SecretText } from './secret-text.ts';
import { isWhole } from './secret-text.ts';

/** So many characters of a text are shown. */
const shown = 60;
/** So many characters that both texts have stand before the place where they part. */
const context = 12;

/** What was recorded and what was received, in words that can be told apart, on one line without double quotes. */
export function showPair(difference: Difference): { recorded: string; received: string } {
  const { path, secret } = difference;
  const [recorded, received] = [withoutTokens(difference.recorded), withoutTokens(difference.received)];
  if (secret !== undefined)
    return {
      recorded: showRecordedSecret(secret.text),
      received: typeof received === 'string' ? others[secret.verdict] : showValue(received),
    };
  if (isSecretPath(path)) {
    const [left, right] = [showSecret(difference.recorded), showSecret(difference.received)];
    return { recorded: left, received: left === right ? 'another one' : right };
  }
  const start = typeof recorded === 'string' && typeof received === 'string' ? startOf(recorded, received) : 0;
  const [left, right] = [showValue(recorded, start), showValue(received, start)];
  if (withoutDetail(left) !== withoutDetail(right)) return { recorded: left, received: right };
  const [plainLeft, plainRight] = [escapeAll(left), escapeAll(right)];
  return { recorded: plainLeft, received: plainLeft === plainRight ? 'another one that looks the same' : plainRight };
}

function withoutTokens(value: GoValue | undefined): GoValue | undefined {
  return typeof value === 'string' ? hideTokens(value) : value;
}

/** A received text that does not fit a recorded secret. */
const others: Readonly<Record<SecretVerdict, string>> = {
  same: 'the same',
  bound: 'the same',
  any: 'any',
  other: 'another one',
  unproven: 'one that only the key of the recording could tell from others',
  rebound: 'another one than before',
  text: 'another text',
};

function showRecordedSecret(text: SecretText): string {
  const kinds = [...new Set(text.placeholders.map(({ kind }) => kind))].slice(0, 3).join(', ');
  if (isWhole(text)) return `a secret (${kinds})`;
  return text.placeholders.length === 1 ? `a text with a secret (${kinds})` : `a text with secrets (${kinds})`;
}

/** What an eye makes of a text: unseen characters left out, all spaces alike, composed characters whole. */
function withoutDetail(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\p{Zs}/gu, ' ');
}

function escapeAll(text: string): string {
  return text.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A secret is told by its kind and length. */
function showSecret(value: GoValue | undefined): string {
  return typeof value === 'string' && value !== '' ? `a secret of ${sayCharacters(value)}` : showValue(value);
}

/** Where to begin showing two texts: a little before they part, if that is not at their beginning. */
function startOf(left: string, right: string): number {
  if (Math.max(left.length, right.length) <= shown) return 0;
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  return at <= shown / 2 ? 0 : wholeCharacter(left, at - context);
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
  const end = wholeCharacter(text, start + shown);
  const [before, after] = [start > 0 ? '...' : '', end < text.length ? '...' : ''];
  const length = before === '' && after === '' ? '' : ` (${sayCharacters(text)})`;
  return `'${before}${withoutQuotes(text.slice(start, end))}${after}'${length}`;
}

/** A place in a text, moved by one where it would cut a character in two. */
function wholeCharacter(text: string, at: number): number {
  return isSecondHalf(text, at) ? at + 1 : at;
}

function showNames(keys: readonly string[]): string {
  const names = keys.slice(0, 3).map((key) => withoutQuotes(key.slice(0, shown)));
  const rest = keys.length > names.length ? `${keys.length - names.length} more` : names.pop();
  return names.length === 0 ? String(rest) : `${names.join(', ')} and ${rest}`;
}
