import type { ExhaustedPolicy } from '../foundation/choices.ts';
import type { Invocation, ScriptSource } from './script-source.ts';

/** The invocations of one recorded connection, in order, and how many have been given. */
interface Lane {
  all: Invocation[];
  given: number;
}

/** The order in which invocations are to be asked for: that of the recording, connection by connection. */
export class RecordedOrder {
  readonly #lanes = new Map<ScriptSource, Map<number, Lane>>();
  readonly #policy: ExhaustedPolicy;

  constructor(policy: ExhaustedPolicy) {
    this.#policy = policy;
  }

  add(invocation: Invocation): void {
    this.#laneOf(invocation).all.push(invocation);
  }

  /** The one whose turn it is on the connection of this one; undefined where all have been given. */
  next(invocation: Invocation): Invocation | undefined {
    const { all, given } = this.#laneOf(invocation);
    return this.#policy === 'cycle' ? all[given % all.length] : all[given];
  }

  /** Whether it is the turn of an invocation, or it was given just before and may be given again. */
  isDue(invocation: Invocation): boolean {
    const lane = this.#laneOf(invocation);
    if (this.next(invocation) === invocation) return true;
    return this.#policy === 'repeat' && invocation === lane.all[lane.given - 1];
  }

  /** Notes that one that is due has been given. */
  take(invocation: Invocation): void {
    if (this.next(invocation) === invocation) this.#laneOf(invocation).given++;
  }

  #laneOf({ source, connection }: Invocation): Lane {
    const lanes = this.#lanes.get(source) ?? new Map<number, Lane>();
    this.#lanes.set(source, lanes);
    const lane = lanes.get(connection) ?? { all: [], given: 0 };
    lanes.set(connection, lane);
    return lane;
  }
}
