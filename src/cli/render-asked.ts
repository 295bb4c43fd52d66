import { basename } from 'node:path';
import prettyBytes from 'pretty-bytes';
import type {
  AskedEntry,
  FaultEntry,
  MatchedEntry,
  MissedEntry,
  NearEntry,
  SentEntry,
} from '../replayer/journal-entry.ts';
import { escapeText, shorten } from './escape-text.ts';
import type { Paint } from './paint.ts';
import { renderCount } from './render-count.ts';

/** So many differences of a near invocation are shown while a replay runs; `explain` shows all. */
const mostShown = 5;
const longestName = 100;
const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });
const suffixes: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd', other: 'th' };

/** What answered a line, and what went wrong by intent. */
interface Answered {
  sent: readonly SentEntry[];
  faults: readonly FaultEntry[];
}

/** What a line was, and what became of it. */
export function renderAsked(entry: AskedEntry, { sent, faults }: Answered, paint: Paint): string {
  const { asked, at, connection, id, type, action, matched, missed, passed, refused } = entry;
  const what = [type, action].filter((word) => word !== undefined).map((word) => shorten(word, longestName));
  const head = [
    `request ${asked}${connection === undefined ? '' : ` of connection ${connection}`}`,
    ...(what.length === 0 ? [] : [what.join(' ')]),
    ...(id === '' ? [] : [`id ${shorten(id, longestName)}`]),
    `at ${at} ms`,
  ].join(' · ');
  const lines = [
    paint('bold', head),
    ...(matched === undefined ? [] : renderMatched(matched, paint)),
    ...(passed === undefined ? [] : ['  not known; passed on to the program itself']),
    ...(refused === undefined ? [] : [`  ${paint('yellow', 'refused')}: ${escapeText(refused)}`]),
    ...(missed === undefined ? [] : renderMissed(missed, Infinity, paint)),
    ...renderFaults(faults).map((text) => `  ${paint('yellow', 'fault')} ${text}`),
    ...(sent.length === 0 ? [] : [`  sent: ${renderSent(sent)}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Each fault once, with all places. */
function renderFaults(faults: readonly FaultEntry[]): string[] {
  const places = new Map<string, string[]>();
  for (const { fault, place } of faults) places.set(fault, [...(places.get(fault) ?? []), place]);
  return [...places].map(([fault, at]) => `${escapeText(fault)}, at ${shorten(at.join(', '), longestName)}`);
}

/** A miss for whoever watches a replay. */
export function renderMiss(
  entry: AskedEntry & { missed: MissedEntry },
  journal: string | undefined,
  paint: Paint,
): string {
  const { asked, action = '', id, missed } = entry;
  const head = `reprise: ${paint('red', 'no match')} for ${shorten(action, longestName)} (request ${asked}, id ${shorten(id, longestName)})`;
  const lines = [
    head,
    ...renderMissed(missed, mostShown, paint),
    ...(journal === undefined ? [] : [`  journal ${escapeText(journal)}:${asked}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** @param most so many differences of a near invocation are shown */
function renderMissed({ near, text }: MissedEntry, most: number, paint: Paint): string[] {
  if (near.length === 0) return [`  ${escapeText(text.replace(/^reprise: /, '').replace(/; journal [^;]*$/, ''))}`];
  return near.flatMap((one, index) => [
    `  ${index === 0 ? 'nearest' : 'then'} ${paint('bold', `${escapeText(basename(one.recording))}#${one.invocation}`)}, ${renderCount(one.difference_count, 'difference')}`,
    ...renderDifferences(one, most),
    ...(index === 0 ? renderRemedy(one, paint) : []),
  ]);
}

function renderDifferences({ differences, difference_count: count }: NearEntry, most: number): string[] {
  const shown = differences.slice(0, most).map(({ text }) => `    ${escapeText(text)}`);
  return count > shown.length ? [...shown, `    and ${count - shown.length} more`] : shown;
}

/** What accepts the nearest one: as options, and as they stand in the configuration. */
function renderRemedy({ remedy, accept }: NearEntry, paint: Paint): string[] {
  if (remedy === undefined || accept === undefined) return [];
  const { ignore, match, secrets } = accept;
  const lists = {
    ...(ignore.length > 0 ? { ignore } : {}),
    ...(match.length > 0 ? { match } : {}),
    ...(secrets === undefined ? {} : { secrets }),
  };
  return [
    `    ${paint('green', `to accept it: ${escapeText(remedy)}`)}`,
    `    or in reprise.config.json: ${escapeText(JSON.stringify(lists))}`,
  ];
}

function renderMatched({ recording, invocation, use, secrets = {} }: MatchedEntry, paint: Paint): string[] {
  const times = use === 1 ? '' : `, given for the ${use}${suffixes[ordinals.select(use)] ?? 'th'} time`;
  return [`  ${paint('green', 'matched')} ${escapeText(recording)}#${invocation}${times}`, ...renderSecrets(secrets)];
}

/** Where the recorded secrets came, and where others. */
function renderSecrets(secrets: NonNullable<MatchedEntry['secrets']>): string[] {
  const told = Object.entries(secrets).map(
    ([path, fit]) => `${fit === 'same' ? 'the same' : 'any'} at ${shorten(path, longestName)}`,
  );
  return told.length === 0 ? [] : [`  secrets: ${told.join('; ')}`];
}

/** `acknowledgement, 4 responses, end; 1.2 kB, the last at 45.6 ms, at most 0.3 ms late`. */
function renderSent(sent: readonly SentEntry[]): string {
  const counts = new Map<string, number>();
  for (const { sent: place } of sent) counts.set(place, (counts.get(place) ?? 0) + 1);
  const places = [...counts].map(([place, count]) => (count === 1 ? place : renderCount(count, place)));
  const bytes = sent.reduce((sum, one) => sum + one.bytes, 0);
  const late = Math.max(...sent.slice(-10_000).map((one) => one.late));
  return `${escapeText(places.join(', '))}; ${prettyBytes(bytes)}, the last at ${sent.at(-1)?.at ?? 0} ms, at most ${late} ms late`;
}
