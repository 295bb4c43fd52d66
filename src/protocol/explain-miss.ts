import type { Spelling } from '../foundation/spell-option.ts';
import { spellOption } from '../foundation/spell-option.ts';
import { withoutQuotes } from './derived.ts';
import type { Asked, Difference, Differences } from './differences.ts';
import { isIdentity } from './identity.ts';
import { patternOf } from './path-pattern.ts';
import { showPair } from './show-value.ts';
import { commonSet } from './value-set.ts';

/** A recorded invocation that is like a request. */
interface Near {
  /** `time.jsonl#3`: the file and the number of the invocation. */
  where: string;
  differences: Differences;
}

/** Why a request found nothing. */
export type MissReason =
  /** No recorded request is equal; the nearest first. `recorded` says what there is, where nothing is near. */
  | { kind: 'unknown'; near: readonly Near[]; recorded: readonly string[] }
  /** All that are equal have been given, and it was asked for an error then. */
  | { kind: 'exhausted'; where: string; times: number }
  /** An equal one comes later in the recording. */
  | { kind: 'order'; where: string; next: string | undefined };

/** So many differences are told on one line. */
const mostTold = 3;
/** No more options than so many are told. */
const mostOptions = 6;
const mostKinds = 8;
const longestPath = 200;
const longestAction = 100;

/** How a miss is told. */
export interface Telling {
  /** The journal's file. */
  journal?: string | undefined;
  /** How its reader gives options. @default 'flags' */
  spelling?: Spelling | undefined;
}

/** Says on one line, without double quotes, why a request found nothing and what would make it match. */
export function explainMiss({ type, action }: Asked, reason: MissReason, telling: Telling = {}): string {
  const { journal, spelling = 'flags' } = telling;
  const what = withoutQuotes(action.slice(0, longestAction));
  const parts = [
    `reprise: ${explainReason({ action: what, type: withoutQuotes(type.slice(0, longestAction)) }, reason, spelling)}`,
  ];
  if (journal !== undefined) parts.push(`journal ${journal}`);
  // Names of files and recorded actions are anybody's, too.
  return withoutQuotes(parts.join('; '));
}

function explainReason(
  { action, type }: Record<'action' | 'type', string>,
  reason: MissReason,
  spelling: Spelling,
): string {
  if (reason.kind === 'exhausted')
    return `no match for ${action}; ${reason.where} is equal, and has been given ${times(reason.times)}, as often as recorded; to have it given again: ${spellOption('on-exhausted', ['repeat'], spelling)}`;
  if (reason.kind === 'order') {
    const next = reason.next === undefined ? 'nothing more' : reason.next;
    return `no match for ${action}; ${reason.where} is equal, but next in the recorded order is ${next}; to take any order: ${spellOption('order', ['any'], spelling)}`;
  }
  const [nearest] = reason.near;
  if (nearest !== undefined) return `no match for ${action}; nearest ${explainNear(nearest, spelling)}`;
  if (reason.recorded.length === 0) return `no match for ${action}; no invocation was recorded`;
  return `no match for ${action} of type ${type}; recorded are ${listKinds(reason.recorded)}; to have it answered: record it`;
}

function listKinds(kinds: readonly string[]): string {
  const told = kinds.slice(0, mostKinds).map(withoutQuotes).join(', ');
  return kinds.length > mostKinds ? `${told} and ${kinds.length - mostKinds} more` : told;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function explainNear({ where, differences }: Near, spelling: Spelling): string {
  const told = differences.list.slice(0, mostTold).map(explainDifference);
  const more = differences.count > told.length ? `; and ${differences.count - told.length} more` : '';
  return `${where}: ${told.join('; ')}${more}; ${explainRemedy(differences, spelling)}`;
}

/** `/request/x recorded 1, received 2`, on one line without double quotes. */
export function explainDifference(difference: Difference): string {
  const { recorded, received } = showPair(difference);
  return `${showPath(difference.path)} recorded ${recorded}, received ${received}${explainExpected(difference)}`;
}

/** What would have done at a loosened place. */
function explainExpected({ expected }: Difference): string {
  return expected.length === 0 ? '' : `, where ${withoutQuotes(expected.join(' and '))} is expected`;
}

/** Options that make a request match. */
export interface Remedy {
  ignore: string[];
  match: string[];
  /** Where a secret has to be the recorded one. */
  secrets?: 'any';
}

/** What makes the request match, as options; or that it must be recorded, where it asks for something else. */
function explainRemedy(differences: Differences, spelling: Spelling): string {
  const remedy = remedyOf(differences);
  // Whoever sets variables has the drop-in, which can record what is missing.
  const record = spelling === 'variables' ? spellOption('record-mode', ['new_episodes'], spelling) : undefined;
  if (remedy === undefined) return `to have it answered: ${record ?? 'record it'}`;
  return `to accept it: ${renderRemedy(remedy, spelling)}${record === undefined ? '' : `; to record it: ${record}`}`;
}

/** The options that make a request match; none where it asks for something else, or where it takes too many. */
export function remedyOf({ list, count }: Differences): Remedy | undefined {
  const isOther = list.some(({ path }) => isIdentity(path) || path === '/request');
  if (isOther || count > mostOptions || !list.every(({ path }) => isPlain(path))) return undefined;
  const remedy: Remedy = { ignore: [], match: [] };
  for (const difference of list) {
    const set = setFor(difference);
    const path = patternOf(difference.path);
    const { verdict } = difference.secret ?? {};
    if (typeof difference.received === 'string' && (verdict === 'other' || verdict === 'unproven'))
      remedy.secrets = 'any';
    else if (set === undefined) remedy.ignore.push(path);
    else remedy.match.push(`${path}=${set}`);
  }
  return remedy;
}

/** A remedy as a shell takes it. */
export function renderRemedy({ ignore, match, secrets }: Remedy, spelling?: Spelling): string {
  const options = [
    ['ignore', ignore],
    ['match', match],
    ['secrets', secrets === undefined ? [] : [secrets]],
  ] as const;
  return options
    .filter(([, values]) => values.length > 0)
    .map(([flag, values]) => spellOption(flag, values, spelling))
    .join(' ');
}

/** Whether a path can be told, and given again as it was told. */
function isPlain(path: string): boolean {
  return path.length <= longestPath && withoutQuotes(path) === path;
}

function setFor({ recorded, received, expected }: Difference): string | undefined {
  return recorded === undefined || received === undefined || expected.length > 0
    ? undefined
    : commonSet(recorded, received);
}

/** A path that a person can read. */
function showPath(path: string): string {
  const plain = withoutQuotes(path);
  return plain.length <= longestPath ? plain : `${plain.slice(0, longestPath / 2)}...${plain.slice(-longestPath / 4)}`;
}
