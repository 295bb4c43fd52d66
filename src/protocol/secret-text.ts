import type { Placeholder } from '../foundation/placeholder.ts';
import { renderPlaceholder, splitPlaceholders } from '../foundation/placeholder.ts';
import type { GoValue } from './go-decoder.ts';

/** A recorded text in which placeholders stand for secrets: one more piece than placeholders. */
export interface SecretText {
  pieces: readonly string[];
  placeholders: readonly Placeholder[];
}

/** @returns undefined where it is no text, or has no placeholder in it */
export function parseSecretText(value: GoValue | undefined): SecretText | undefined {
  return typeof value === 'string' ? splitPlaceholders(value) : undefined;
}

/** Whether it is a placeholder and nothing else. */
export function isWhole({ pieces }: SecretText): boolean {
  return pieces.length === 2 && pieces.every((piece) => piece === '');
}

/** A secret's value, as far as it is known, by its digest. */
export type KnownValue = (digest: string) => string | undefined;

/**
 * What stands in a text where a recorded one has placeholders. The pieces between them must fit; where there are several
 * gaps, each ends where a known value does, or else at the next piece. Nothing is tried twice.
 *
 * @returns one value a placeholder; undefined where the pieces do not fit
 */
export function findGaps({ pieces, placeholders }: SecretText, text: string, known: KnownValue): string[] | undefined {
  const [first = '', last = ''] = [pieces[0], pieces.at(-1)];
  const end = text.length - last.length;
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return undefined;
  const gaps: string[] = [];
  let at = first.length;
  for (const [index, placeholder] of placeholders.entries()) {
    const isLast = index === placeholders.length - 1;
    const piece = isLast ? '' : (pieces[index + 1] ?? '');
    const stop = isLast
      ? end
      : findStop({ text, at, piece }, [known(placeholder.digest), renderPlaceholder(placeholder)]);
    if (stop < at || stop + piece.length > end) return undefined;
    gaps.push(text.slice(at, stop));
    at = stop + piece.length;
  }
  return gaps;
}

/** Where a gap ends that begins at a place, and that a piece follows; -1 where that does not come. */
function findStop(
  { text, at, piece }: { text: string; at: number; piece: string },
  values: readonly (string | undefined)[],
): number {
  for (const value of values)
    if (value !== undefined && value !== '' && text.startsWith(value + piece, at)) return at + value.length;
  const next = text.indexOf(piece, at + 1); // a secret is seldom empty
  return next < 0 ? text.indexOf(piece, at) : next;
}
