import { resolve } from 'node:path';
import type { Difference } from '../protocol/differences.ts';
import { explainDifference, remedyOf, renderRemedy } from '../protocol/explain-miss.ts';
import type { GoObject, GoValue } from '../protocol/go-decoder.ts';
import { encodeGoValue } from '../protocol/go-encoder.ts';
import { maskSecrets } from '../protocol/mask-secrets.ts';
import type { Compared } from '../protocol/rank-near.ts';
import type { DifferenceEntry, MissedEntry, NearEntry } from './journal-entry.ts';
import type { Invocation } from './script-source.ts';

/** A longer value is kept by the beginning of its JSON, of so many characters. */
const longestValue = 4000;
const longestRequest = 64_000;

/** A near invocation as the journal has it. */
export function describeNear({ item, differences }: Compared<Invocation>): NearEntry {
  const remedy = remedyOf(differences);
  return {
    recording: resolve(item.source.reader.file),
    invocation: item.number,
    differences: differences.list.map(describeDifference),
    difference_count: differences.count,
    ...(remedy === undefined ? {} : { remedy: renderRemedy(remedy), accept: remedy }),
  };
}

/** A request as the journal has it: what is secret is masked. */
export function describeRequest(request: GoObject | null): Pick<MissedEntry, 'request' | 'request_start'> {
  const { value, start } = shorten(maskSecrets(request, '/request'), longestRequest);
  return start === undefined ? { request: value } : { request_start: start };
}

function describeDifference(difference: Difference): DifferenceEntry {
  const { path, recorded, received } = difference;
  return {
    path,
    ...describeSide('recorded', recorded, path),
    ...describeSide('received', received, path),
    text: explainDifference(difference),
  };
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

/** What is this short is not deep either: JSON.stringify takes it. */
function shorten(value: GoValue, longest: number): { value: GoValue; start: string | undefined } {
  const text = encodeGoValue(value);
  return { value, start: text.length <= longest ? undefined : text.slice(0, longest) };
}
