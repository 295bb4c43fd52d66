import type { GoObject, GoValue } from '../../protocol/go-decoder.ts';
import type { PathState } from '../../protocol/path-automaton.ts';
import { PathAutomaton } from '../../protocol/path-automaton.ts';
import { parsePathPattern } from '../../protocol/path-pattern.ts';

/** Which invocations a fault is for; what is not said does not count. */
export interface Selection {
  /** Patterns in which `*` stands for any text. */
  type?: string;
  action?: string;
  where?: readonly Condition[];
  /** The n-th invocation that fits all of the above, counted from 1 as they arrive. */
  invocation?: number;
  /** The TCP connection, counted from 1. */
  connection?: number;
  /** In so many invocations at most. */
  times?: number;
  /** How likely it is, each time: above 0, up to 1. */
  chance?: number;
}

/** A place of the request, and what must stand there. */
export interface Condition {
  path: PathState<true>;
  value: string;
}

/** What a request is, for a selection. */
export interface Selectable {
  type: string;
  action: string;
  request: GoObject | null;
  connection: number;
}

/**
 * Reads `/request/tool=regex_*`.
 * @returns undefined where there is no `=`
 * @throws RepriseError where the path is none
 */
export function parseCondition(text: string): Condition | undefined {
  const at = text.indexOf('=');
  if (at < 0) return undefined;
  const segments = parsePathPattern(text.slice(0, at), 'where');
  // From where a request stands in its message.
  const path = new PathAutomaton([{ segments, value: true as const }]).start.next('request');
  return { path, value: text.slice(at + 1) };
}

/** Whether a request is one of those that a selection names, whatever its number is. */
export function fits({ type, action, where = [], connection }: Selection, asked: Selectable): boolean {
  return (
    (type === undefined || matchesGlob(type, asked.type)) &&
    (action === undefined || matchesGlob(action, asked.action)) &&
    (connection === undefined || connection === asked.connection) &&
    where.every(({ path, value }) => hasValue(asked.request, path, value))
  );
}

/** Whether it names some invocations out of all. */
export function isSelective({ type, action, where, invocation }: Selection): boolean {
  return [type, action, where, invocation].some((one) => one !== undefined);
}

/** Whether a value that is wanted stands somewhere where a path leads. */
function hasValue(request: GoValue, path: PathState<true>, wanted: string): boolean {
  const waiting: [GoValue, PathState<true>][] = [[request, path]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [value, state] = next;
    if (state.accepted.length > 0 && matchesGlob(wanted, typeof value === 'string' ? value : JSON.stringify(value)))
      return true;
    if (state.isDead || typeof value !== 'object' || value === null) continue;
    for (const [key, child] of Object.entries(value)) waiting.push([child, state.next(key)]);
  }
  return false;
}

/** Whether a text is as a pattern has it, in which `*` stands for any text. Takes time in proportion to the text. */
function matchesGlob(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
