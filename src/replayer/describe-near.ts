import { keepStart } from '../foundation/characters.ts';
import type { Difference } from '../protocol/differences.ts';
import type { Spelling } from '../foundation/spell-option.ts';
import { explainDifference, remedyOf, renderRemedy } from '../protocol/explain-miss.ts';
import type { GoObject, GoValue } from '../protocol/go-decoder.ts';
import { encodeGoValue } from '../protocol/go-encoder.ts';
import type { Shield } from '../protocol/mask-secrets.ts';
import { maskSecrets } from '../protocol/mask-secrets.ts';
import { nestingOf } from '../protocol/nesting.ts';
import type { Compared } from '../protocol/rank-near.ts';
import type { DifferenceEntry, MissedEntry, NearEntry } from './journal-entry.ts';
import type { Invocation } from './script-source.ts';

/** A longer value is kept by the beginning of its JSON, of so many characters. */
const longestValue = 4000;
const longestRequest = 64_000;
const longestPath = 2000;

/** A near invocation as the journal has it. */
export function describeNear({ item, differences }: Compared<Invocation>, spelling?: Spelling): NearEntry {
  const remedy = remedyOf(differences);
  return {
    recording: item.source.path,
    invocation: item.number,
    differences: differences.list.map(describeDifference),
    difference_count: differences.count,
    ...(remedy === undefined ? {} : { remedy: renderRemedy(remedy, spelling), accept: remedy }),
  };
}

/** A request as the journal has it: what is secret is masked. */
export function describeRequest(
  request: GoObject | null,
  shield?: Shield,
): Pick<MissedEntry, 'request' | 'request_start'> {
  const { value, start } = shorten(maskSecrets(request, '/request', shield), longestRequest);
  return start === undefined ? { request: value } : { request_start: start };
}

function describeDifference(difference: Difference): DifferenceEntry {
  const { path, recorded, received } = difference;
  return {
    path: shortenPath(path),
    ...describeSide('recorded', recorded, path),
    ...describeSide('received', received, path),
    text: explainDifference(difference),
  };
}

function shortenPath(path: string): string {
  return path.length <= longestPath ? path : `${keepStart(path, longestPath)}...`;
}

function describeSide(
  side: 'recorded' | 'received',
  given: GoValue | undefined,
  path: string,
): Partial<DifferenceEntry> {
  if (given === undefined) return {};
  const { value, start } = shorten(maskSecrets(given, path), longestValue);
  return start === undefined ? { [side]: value } : { [`${side}_start`]: start };
}

/** JSON.stringify has a stack, too. */
const deepest = 500;

function shorten(value: GoValue, longest: number): { value: GoValue; start: string | undefined } {
  const text = encodeGoValue(value);
  const isKept = text.length <= longest && nestingOf(text) <= deepest;
  return { value, start: isKept ? undefined : keepStart(text, longest) };
}
