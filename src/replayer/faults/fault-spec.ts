import type { faultKinds } from './catalogue.ts';
import type { GivenTo } from './fault.ts';
import type { presets } from './presets.ts';

/** Where a fault acts, and on what. */
interface Aim {
  /** `ready`, `response 3`, `after response last`, `after 500ms`, … @default each fault has its own */
  at?: string;
  /** The type of the request; `*` stands for any text. */
  type?: string;
  /** The action of the request; `*` stands for any text. */
  action?: string;
  /** `/request/tool=regex_*`: a place of the request, and what stands there. Of several, all must hold. */
  where?: string | readonly string[];
  /** Only the n-th invocation that fits, counted from 1 as they arrive. */
  invocation?: number;
  /** Only on this TCP connection, counted from 1. */
  connection?: number;
  /** In so many invocations at most. */
  times?: number;
  /** How likely it is, each time: above 0, up to 1. */
  chance?: number;
}

/** One plain object type, so that the compiler tells what is too much in it. */
type Plain<T> = { [Key in keyof T]: T[Key] };

type Named<K extends { name: string }> = K extends { name: infer Name }
  ? Plain<Aim & { fault: Name } & GivenTo<K>>
  : never;

/** A fault as the library takes it: `{ fault: 'stall', at: 'response 3' }`. */
export type FaultSpec = Named<(typeof faultKinds)[number]> | Named<(typeof presets)[number]>;
