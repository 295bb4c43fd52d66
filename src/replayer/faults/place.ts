/** Where in the protocol a fault acts, by the first word. */
export const placeNames = [
  'start',
  'loading',
  'announcement',
  'ready',
  'connect',
  'request',
  'acknowledgement',
  'response',
  'error',
  'end',
  'any',
] as const;
export type PlaceName = (typeof placeNames)[number];

/** All places. */
export const anywhere: readonly PlaceName[] = [...placeNames];
/** Those at which there is a message. */
export const messages = [
  'loading',
  'announcement',
  'ready',
  'acknowledgement',
  'response',
  'error',
  'end',
  'any',
] as const;
/** Those at which something is being answered. */
export const inInvocations = ['request', 'acknowledgement', 'response', 'error', 'end'] as const;
/** Those of a connection. */
export const onConnections = ['connect', 'ready', ...inInvocations, 'any'] as const;

/** No request has come yet. */
export const startPlaces: ReadonlySet<string> = new Set(['start', 'loading', 'announcement', 'ready', 'connect']);

/** A place of a fault. */
export type Place =
  | {
      kind: 'due' | 'after';
      name: PlaceName;
      /** Of responses: which, counted from 1. */ which: number | 'last' | 'any';
    }
  /** So many milliseconds after the request. */
  | { kind: 'time'; ms: number };

/** Something that is due, as faults see it. */
export interface Point {
  name: string;
  /** Of responses: which, counted from 1. */
  response: number;
  /** Whether no other response follows. */
  isLast: () => boolean;
}

/**
 * Reads a place: `ready`, `response:3`, `after:response:last`, `after 500ms`.
 * @returns undefined where it is none
 */
export function parsePlace(text: string): Place | undefined {
  const time = /^after[\s:]+(\d+(?:\.\d+)?)(ms|s)$/.exec(text);
  if (time !== null) return { kind: 'time', ms: Number(time[1]) * (time[2] === 's' ? 1000 : 1) };
  const words = text.split(/[\s:]+/);
  const kind = words[0] === 'after' ? 'after' : 'due';
  const [word, which = 'any', ...more] = kind === 'after' ? words.slice(1) : words;
  const name = placeNames.find((one) => one === word);
  if (name === undefined || more.length > 0) return undefined;
  if (name !== 'response') return which === 'any' ? { kind, name, which } : undefined;
  if (which === 'any' || which === 'last') return { kind, name, which };
  return /^[1-9]\d{0,8}$/.test(which) ? { kind, name, which: Number(which) } : undefined;
}

/** A place as a plan has it. */
export function showPlace(place: Place): string {
  if (place.kind === 'time') return `after ${place.ms}ms`;
  const { kind, name, which } = place;
  return `${kind === 'after' ? 'after ' : ''}${name}${name === 'response' ? ` ${which}` : ''}`;
}

/** Something that is due, in words. */
export function showPoint({ name, response }: Pick<Point, 'name' | 'response'>): string {
  if (name === 'response') return `response ${response}`;
  return name === 'refusal' ? 'error' : name;
}

/** Whether something that is due stands at a place. */
export function covers(place: Place, point: Point): boolean {
  if (place.kind === 'time') return point.name === 'time';
  const { name, which } = place;
  if (name === 'any') return !moments.has(point.name);
  if (name !== point.name) return name === 'error' && point.name === 'refusal';
  if (name !== 'response' || which === 'any') return true;
  return which === 'last' ? point.isLast() : which === point.response;
}

/** At these, nothing is sent. */
const moments: ReadonlySet<string> = new Set(['start', 'connect', 'request', 'time', 'exit']);
