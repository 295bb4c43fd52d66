import { basename } from 'node:path';
import type { RequestLine } from '../../protocol/request.ts';
import type { Invocation } from '../script-source.ts';
import type { Call } from './fault.ts';
import type { FaultPart, PlannedFault } from './read-fault.ts';
import { fits, isSelective } from './selection.ts';

/** A line that has been asked, and what answers it. */
export interface Asking {
  asked: number;
  connection: number;
  request: RequestLine;
  /** Missing where the program itself answers. */
  invocation: Invocation | undefined;
  /** Nothing more of the answer will be sent. */
  abandon: (() => void) | undefined;
}

/** On whose behalf a fault acts: a request, or a moment outside of all. */
export interface Party {
  /** What its random draws depend on: of a request, the recorded invocation and the how-manieth use of it. */
  key: string;
  connection: number;
  /** How often each part of the faults has drawn. */
  draws: Map<FaultPart, number>;
  /** Whether a fault that has a chance took it, when its first part was asked. */
  decided: Map<PlannedFault, boolean>;
}

/** A request while it is being answered, and what faults know of it. */
export interface LiveCall extends Call, Party {
  /** The faults that are for it. */
  chosen: ReadonlySet<PlannedFault>;
  /** So many responses have been due. */
  responses: number;
  /** The id that its messages have instead of its own. */
  alias: string | undefined;
  abandon: (() => void) | undefined;
  /** Its end has been sent. */
  hasEnded: boolean;
  /** Nothing more of it is sent of itself. */
  isSilent: boolean;
  /** So many faults wait for their time. */
  awaited: number;
}

/** The requests that are being answered. */
export class Calls {
  readonly #running = new Map<number, LiveCall>();
  /** Those of which nothing more is sent, though it may still wait somewhere. */
  readonly #cut = new Set<number>();
  readonly #arrivals = new Map<PlannedFault, number>();
  /** How often an id has been refused. */
  readonly #refused = new Map<string, number>();
  readonly #faults: readonly PlannedFault[];

  constructor(faults: readonly PlannedFault[]) {
    this.#faults = faults;
  }

  open({ asked, connection, request, invocation, abandon }: Asking): LiveCall {
    const call: LiveCall = {
      asked,
      connection,
      id: request.id,
      key: invocation === undefined ? this.#refusalKey(request.id) : keyOf(invocation),
      draws: new Map(),
      decided: new Map(),
      chosen: new Set(this.#faults.filter((fault) => this.#isFor(fault, { request, connection }))),
      responses: 0,
      alias: undefined,
      abandon,
      hasEnded: false,
      isSilent: false,
      awaited: 0,
    };
    this.#running.set(asked, call);
    return call;
  }

  get(asked: number | undefined): LiveCall | undefined {
    return asked === undefined ? undefined : this.#running.get(asked);
  }

  /** Its end is about to be sent. */
  end(asked: number | undefined): void {
    const call = this.get(asked);
    if (call !== undefined) call.hasEnded = true;
  }

  /** A fault waits for its time. */
  await(asked: number): void {
    const call = this.get(asked);
    if (call !== undefined) call.awaited++;
  }

  /** Its time has come. */
  met(asked: number | undefined): void {
    const call = this.get(asked);
    if (call === undefined) return;
    call.awaited--;
    if (call.isSilent) this.close(call.asked);
  }

  /** All has been sent; where that was no end, the client still waits, and something may still happen to it. */
  close(asked: number): void {
    const call = this.get(asked);
    if (call === undefined) return;
    call.isSilent = true;
    if (call.hasEnded || call.awaited === 0) this.#running.delete(asked);
  }

  isCut(asked: number | undefined): boolean {
    return asked !== undefined && this.#cut.has(asked);
  }

  /** What waited of one that is cut has been dropped. */
  forget(asked: number | undefined): void {
    if (asked !== undefined) this.#cut.delete(asked);
  }

  /** Nothing more is sent of these. */
  cut(isMeant: (call: LiveCall) => boolean): void {
    for (const call of [...this.#running.values()].filter(isMeant)) {
      this.#cut.add(call.asked);
      this.#running.delete(call.asked);
      call.abandon?.();
    }
  }

  /** Nothing more follows. */
  finish({ asked, abandon }: LiveCall): void {
    this.close(asked);
    abandon?.();
  }

  /** Another one that runs on the same connection, and has its own id. */
  partnerOf(call: LiveCall): LiveCall | undefined {
    for (const other of this.#running.values())
      if (other !== call && other.connection === call.connection && other.alias === undefined) return other;
    return undefined;
  }

  /** Whether a fault is for a request; those that fit are counted as they arrive. */
  #isFor(fault: PlannedFault, { request, connection }: Pick<Asking, 'request' | 'connection'>): boolean {
    const { selection } = fault;
    // What is no request is no invocation: it can't be chosen by what it asks for, nor by its number.
    if (request.kind === 'refused')
      return !isSelective(selection) && (selection.connection ?? connection) === connection;
    if (!fits(selection, { ...request, connection })) return false;
    const arrival = (this.#arrivals.get(fault) ?? 0) + 1;
    this.#arrivals.set(fault, arrival);
    return selection.invocation === undefined || selection.invocation === arrival;
  }

  #refusalKey(id: string): string {
    const count = (this.#refused.get(id) ?? 0) + 1;
    this.#refused.set(id, count);
    return `refused ${id} ${count}`;
  }
}

function keyOf({ source, number, uses }: Invocation): string {
  return `${basename(source.path)}#${number} ${uses}`;
}
