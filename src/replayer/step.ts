import { parseMessage } from '../protocol/message.ts';
import type { ProcessExit } from '../transport/child.ts';
import type { ScriptLine } from './script.ts';

/** Where in the protocol a step stands. */
export type Place =
  | 'loading'
  | 'start-up'
  | 'announcement'
  | 'ready'
  | 'acknowledgement'
  | 'refusal'
  | 'response'
  | 'error'
  | 'end'
  | 'stray'
  | 'failed-write'
  | 'exit'
  // Moments, at which nothing is sent; only faults know them.
  | 'start'
  | 'connect'
  | 'request'
  | 'time';

/** How a message leaves in several writes, between which nothing else is sent. */
export interface Slices {
  /** Bytes. */
  size: number;
  /** How long after a write of so many bytes nothing is sent, in milliseconds. */
  wait: (bytes: number) => number;
  /** The same after the last of them. */
  lastWait: (bytes: number) => number;
}

/** One thing about to be sent, derived or played. */
export interface Step {
  place: Place;
  /** On the clock's scale, in milliseconds. */
  due: number;
  /** The whole message with its newline; text stands for bytes, a character each. */
  bytes: Buffer | string;
  /** The number of the line that it answers. */
  asked?: number;
  /** The way on once this has been sent: the next step of the same invocation. */
  next?: () => Step | undefined;
  /** The process ends once this has been sent. */
  exit?: ProcessExit;
  /** So many milliseconds nothing else is sent to this client, and then first of all what follows. It is a write of its own. */
  hold?: number;
  /** It goes on where the step before it ended, in the middle of a message. */
  isRest?: true;
  /** The step behind it goes on with the same message. */
  isPart?: true;
  /** How its message is cut into writes. */
  slices?: Slices;
  /** Called when this has been sent. */
  onSent?: () => void;
}

/** What is sent, where text stands for bytes. */
export function bytesOf({ bytes }: Pick<Step, 'bytes'>): Buffer {
  return typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
}

/** The place of a played line. */
export function placeOf({ isStray, bytes }: Pick<ScriptLine, 'isStray' | 'bytes'>): Place {
  if (isStray) return 'stray';
  const type = parseMessage(bytes)?.type;
  return type === 'plugin_invoke_end' ? 'end' : type === 'error' ? 'error' : 'response';
}
