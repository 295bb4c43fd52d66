import { placeholderStart, renderPlaceholder } from '../foundation/placeholder.ts';
import type { Asked } from './differences.ts';
import type { GoObject } from './go-decoder.ts';
import { matchKey } from './match-key.ts';
import { createMark } from './match-mark.ts';
import type { MatchRules } from './match-rules.ts';
import type { SecretPlace } from './secret-places.ts';
import { findSecretPlaces, replaceTexts } from './secret-places.ts';

/** A recorded request, made ready to be found. */
export interface RequestKey {
  /** What requests share that were recorded equal. */
  key: string;
  /** What is left of it to be compared. */
  reduced: GoObject | string | null;
  /** Where it has secrets; mostly nowhere. */
  places: readonly SecretPlace[];
}

/** Requests were recorded equal when what is compared of them is, placeholders by their digests. */
export function requestKey({ type, action, request }: Asked, rules: MatchRules): RequestKey {
  const reduced = rules.reduce(request);
  const key = matchKey(type, action, reduced);
  if (!key.includes(placeholderStart)) return { key, reduced, places: [] };
  const places = findSecretPlaces(request, rules);
  const marked = replaceTexts(
    request,
    places.map(({ keys, text }) => ({ keys, text: createMark(writeText(text)) })),
  );
  return marked === undefined
    ? { key, reduced, places }
    : { key: matchKey(type, action, rules.reduce(marked)), reduced, places };
}

/** What requests share that differ in nothing but what stands at these places; undefined where no text stands there. */
export function keyWithout(
  places: readonly Pick<SecretPlace, 'keys'>[],
  { type, action, request }: Asked,
  rules: MatchRules,
): string | undefined {
  const marked = replaceTexts(
    request,
    places.map(({ keys }) => ({ keys, text: createMark('secret') })),
  );
  return marked === undefined ? undefined : matchKey(type, action, rules.reduce(marked));
}

/** The kind is only a name: the digest tells secrets apart. */
function writeText({ pieces, placeholders }: SecretPlace['text']): string {
  const secrets = placeholders.map(({ digest }) => renderPlaceholder({ kind: 'secret', digest }));
  return JSON.stringify([pieces, secrets]);
}
