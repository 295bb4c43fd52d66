import type { ProcessExit } from '../../transport/child.ts';
import type { Slices, Step } from '../step.ts';
import { bytesOf } from '../step.ts';
import type { GivenOf, Parameters, ValuesOf } from './parameters.ts';
import type { PlaceName } from './place.ts';

type FaultGroup = 'time' | 'process' | 'connection' | 'bytes' | 'protocol';

/** What a fault makes of a step: what is sent in its stead, and whether what follows still comes. */
export interface Outcome {
  send: readonly Step[];
  /** False where nothing more of the invocation follows. */
  goesOn: boolean;
  /** What follows comes first, and then what was due. */
  isSwap?: true;
}

/** What a fault does, each time; undefined where it can't be done here. */
export type Act = (occasion: Occasion) => Outcome | undefined;

/** One kind of fault. */
export interface FaultKind<Name extends string = string, P extends Parameters = Parameters> {
  name: Name;
  group: FaultGroup;
  /** What it does, in a sentence without a full stop. */
  text: string;
  parameters: P;
  /** Where it acts when nothing is said. */
  at: string;
  /** Where it can act. */
  places: readonly PlaceName[];
  /** It changes the message that is due: `after` a place, or a time, there is none to change. */
  isChange?: true;
  /** Its `ready` is that of the process: in TCP mode, the announcement. */
  isOfStart?: true;
  /** It needs TCP connections. */
  isTcpOnly?: true;
  /** It needs another invocation that runs at the same time. */
  isOfTwo?: true;
  prepare: (values: ValuesOf<P>) => Act;
}

/** What any kind looks like from outside, whatever its parameters are. */
export type AnyKind = Omit<FaultKind, 'prepare'> & { prepare: (values: Readonly<Record<string, unknown>>) => Act };

/** A kind as the catalogue has it: its name and parameters are known to the compiler. */
export type KnownKind<Name extends string, P extends Parameters> = Omit<AnyKind, 'name' | 'parameters'> & {
  name: Name;
  parameters: P;
};

/** What may be given to a kind. */
export type GivenTo<K> = K extends { parameters: infer P extends Parameters } ? GivenOf<P> : never;

/** Makes a kind known to the catalogue. */
export function defineFault<const Name extends string, P extends Parameters>(
  kind: FaultKind<Name, P>,
): KnownKind<Name, P> {
  // Values are read by the same parameters, so that they have their types.
  return { ...kind, prepare: (values) => kind.prepare(values as ValuesOf<P>) };
}

/** A request that is being answered. */
export interface Call {
  asked: number;
  connection: number;
  id: string;
}

/** What a fault is told when it acts. */
interface Occasion {
  /** What is due: a message in JSON, or a moment without bytes. */
  step: Step;
  /** undefined at start-up, and on a connection before its first request. */
  call: Call | undefined;
  /** 0 is stdio. */
  connection: number;
  /** The next seeded random number, from 0 to below 1. */
  draw: () => number;
  /** The message in JSON, with its newline; undefined where there is none, or it has been written in another format already. */
  message: () => Buffer | undefined;
  /** The message as it goes over the wire; undefined where there is none. */
  wire: () => Buffer | undefined;
  process: Surroundings;
}

/** What the process is to faults. */
export interface Backstage {
  /** Nothing is sent or read for so many milliseconds. @default for ever */
  pause: (ms?: number) => void;
  stopReading: (connection: number) => void;
  closeStdout: () => void;
  /** Writes to stderr; the process does nothing else until it has been taken. */
  floodStderr: (bytes: Buffer) => void;
  /** Nobody can connect any more. */
  stopListening: () => void;
  disconnect: (connection: number, how: 'close' | 'reset' | 'half-close') => void;
  push: (connection: number, step: Step) => void;
  /** Calls back after so many milliseconds, unless all is over before. */
  after: (ms: number, callback: () => void) => void;
}

/** What faults can do beyond messages. `push` sends something outside of all invocations. */
export interface Surroundings extends Omit<Backstage, 'after'> {
  /** What runs is lost; what comes is answered when so many milliseconds have passed. */
  restart: (ms: number) => void;
  /** SIGTERM and SIGINT do nothing from now on. */
  ignoreSignals: () => void;
  /**
   * From now on the messages of this call have the id of another one that runs at the same time, and the other way round.
   * @returns the other id; undefined where none runs
   */
  swapIds: (call: Call) => string | undefined;
}

/** Sends this in the step's stead; what follows still comes. */
export function instead(...send: readonly Step[]): Outcome {
  return { send, goesOn: true };
}

/** Sends this in the step's stead; nothing more of the invocation comes. */
export function finish(...send: readonly Step[]): Outcome {
  return { send, goesOn: false };
}

/** The same step with other bytes; undefined where they can't be made. */
export function changed(step: Step, bytes: Buffer | string | undefined): Outcome | undefined {
  return bytes === undefined ? undefined : instead({ ...step, bytes });
}

/** The step without a message: what it does when it is sent is done. */
export function silent(step: Step): Step {
  return { ...step, bytes: '' };
}

/** Something is done when a step is due. */
export function moment(step: Step, onSent: () => void): Step {
  return { ...momentAt(step), onSent };
}

/** A step's time, at which nothing is sent. */
export function momentAt(step: Step): Step {
  return messageAt(step, 'time', '');
}

/** The process ends when a step is due. */
export function exitAt(step: Step, exit: ProcessExit): Step {
  return { ...messageAt(step, 'exit', ''), exit };
}

/** Another message, due with a step. Text is written in UTF-8. */
export function messageAt({ due, asked }: Step, place: Step['place'], message: Buffer | string): Step {
  const bytes = typeof message === 'string' ? Buffer.from(message) : message;
  return { place, due, bytes, ...(asked === undefined ? {} : { asked }) };
}

/** A message, and so many copies of it; what it does when it is sent is done once. */
export function repeated(step: Step, copies: number): Step[] {
  const copy = messageAt(step, step.place, bytesOf(step));
  return [step, ...Array.from({ length: copies }, () => copy)];
}

/** The step with its message changed; undefined where that can't be done. */
export function edit(
  step: Step,
  message: Buffer | undefined,
  change: (bytes: Buffer) => Buffer | undefined,
): Outcome | undefined {
  return message && changed(step, change(message));
}

/** The step in several writes; two ways to cut it add up. */
export function sliced(step: Step, { size, wait, lastWait }: Slices): Outcome | undefined {
  if (step.bytes.length === 0) return undefined;
  const before = step.slices;
  if (before === undefined) return instead({ ...step, slices: { size, wait, lastWait } });
  return instead({
    ...step,
    slices: {
      size: Math.min(size, before.size),
      wait: (bytes) => wait(bytes) + before.wait(bytes),
      lastWait: (bytes) => lastWait(bytes) + before.lastWait(bytes),
    },
  });
}
