import type { Clock } from '../../foundation/clock.ts';
import type { ResponseFormat } from '../../protocol/response-format.ts';
import type { Step } from '../step.ts';
import type { Asking, Party } from './calls.ts';
import { Calls } from './calls.ts';
import type { Backstage, Call, Surroundings } from './fault.ts';
import type { Bound, FiredFault, FiringOptions } from './firing.ts';
import { Firing } from './firing.ts';
import type { Due, SettlingTools } from './settling.ts';
import { renderStep } from './render-step.ts';
import { Settling } from './settling.ts';

export interface DisturberOptions extends FiringOptions {
  /** What goes over the wire; all that is due is in JSON. */
  format: ResponseFormat;
  clock: Clock;
}

/**
 * Lets faults act upon steps when they are due. What they make of a step is settled then: it is sent in its stead, each
 * piece at its time.
 */
export class Disturber {
  /** SIGTERM and SIGINT do nothing. */
  ignoresSignals = false;
  readonly #clock: Clock;
  readonly #firing: Firing;
  readonly #calls: Calls;
  readonly #tools: SettlingTools;
  readonly #settled = new WeakSet<Step>();
  /** Sent though nothing more of its invocation is. */
  readonly #exempt = new WeakSet<Step>();
  /** Steps on which only these parts act, and which response each is, where that is known. */
  readonly #resumed = new WeakMap<Step, Pick<Due, 'parts'> & Partial<Pick<Due, 'response'>>>();
  /** On whose behalf something is done outside of all requests, by connection and place. */
  readonly #outside = new Map<number, Map<string, Party>>();
  readonly #deaf = new Set<number>();
  /** Parts that act so long after a request, and all others. */
  readonly #timed: readonly Bound[];
  readonly #usual: readonly Bound[];
  #backstage: Backstage | undefined;
  #upAt = -Infinity;

  constructor(options: DisturberOptions) {
    this.#clock = options.clock;
    this.#firing = new Firing(options);
    this.#timed = this.#firing.parts.filter(({ place }) => place.kind === 'time');
    this.#usual = this.#firing.parts.filter(({ place }) => place.kind !== 'time');
    this.#calls = new Calls(options.faults);
    this.#tools = {
      firing: this.#firing,
      format: options.format,
      process: this.#surroundings(),
      resume: (step, parts, response) => this.#resumed.set(step, { parts, response }),
      replace: (step, by, part) => {
        const { parts = this.#firing.parts, ...rest } = this.#resumed.get(step) ?? {};
        this.#resumed.set(by, { ...rest, parts: parts.filter((one) => one !== part) });
      },
    };
  }

  /** Is told what there is to act upon, before anything is due. */
  attach(backstage: Backstage): void {
    this.#backstage = backstage;
  }

  /** What has been read of this connection is not looked at any more. */
  isDeaf(connection: number): boolean {
    return this.#deaf.has(connection);
  }

  /** How often each fault has acted, in the order given. */
  get fired(): FiredFault[] {
    return this.#firing.fired;
  }

  /** A line has come that will be answered. */
  open(asking: Asking): void {
    const { asked, connection, chosen } = this.#calls.open(asking);
    for (const part of this.#timed) {
      if (part.place.kind !== 'time' || !chosen.has(part.fault)) continue;
      const { ms } = part.place;
      const step: Step = { place: 'time', due: this.#clock.now() + ms, bytes: '', asked };
      this.#calls.await(asked);
      this.#backstage?.after(ms, () => this.#meet(part, step, connection));
    }
  }

  /** A connection is over. */
  leave(connection: number): void {
    this.#deaf.delete(connection);
    this.#outside.delete(connection);
  }

  /** All that answers a line has been sent. */
  close(asked: number): void {
    this.#calls.close(asked);
  }

  /** When an answer begins that could begin now: later while the plugin is being started again. */
  startOf(now: number): number {
    return Math.max(now, this.#upAt);
  }

  /**
   * What is sent in the stead of a step that is due; it may be due later.
   * @returns undefined where nothing of it is sent, and nothing follows
   */
  disturb(step: Step, connection: number): Step | undefined {
    for (let at: Step | undefined = step; at !== undefined;) {
      if (this.#calls.isCut(at.asked) && !this.#exempt.has(at) && at.isRest !== true) return this.#drop(at);
      if (this.#settled.has(at)) return at;
      const settling = this.#settle(at, connection);
      const exempt = settling.isFinished ? this.#exempt : undefined;
      const first = settling.link((piece) => {
        this.#settled.add(piece);
        exempt?.add(piece);
      });
      for (const piece of settling.pieces) if (isEnd(piece)) this.#calls.end(at.asked);
      if (settling.isFinished) this.#finish(at);
      if (at.place === 'time') this.#calls.met(at.asked);
      if (first !== undefined) return first;
      at = settling.next();
    }
    return undefined;
  }

  /** Of one that is cut, just one step waits: none comes behind it. */
  #drop({ asked }: Step): undefined {
    this.#calls.forget(asked);
  }

  #settle(step: Step, connection: number): Settling {
    const call = this.#calls.get(step.asked);
    const resumed = this.#resumed.get(step);
    if (call !== undefined && resumed?.response === undefined && step.place === 'response') call.responses++;
    // What the program itself says of a request that was not recorded is left alone.
    const isAlone = step.asked !== undefined && call === undefined;
    return new Settling(this.#tools, {
      step,
      call,
      party: call ?? this.#partyAt(step, connection),
      response: resumed?.response ?? call?.responses ?? 0,
      parts: isAlone ? [] : (resumed?.parts ?? this.#usual),
    });
  }

  /** Nothing more of an invocation follows; where it was not its turn, what waits of it is not sent. */
  #finish({ place, asked }: Step): void {
    const call = this.#calls.get(asked);
    if (call === undefined) return;
    if (place === 'time') this.#calls.cut((one) => one === call);
    else this.#calls.finish(call);
  }

  /** So long after a request, something happens to it, whatever is due. */
  #meet(part: Bound, step: Step, connection: number): void {
    if (this.#calls.get(step.asked) === undefined) return;
    this.#resumed.set(step, { parts: [part], response: 0 });
    this.#backstage?.push(connection, step);
  }

  #partyAt({ place }: Step, connection: number): Party {
    const parties = this.#outside.get(connection) ?? new Map<string, Party>();
    this.#outside.set(connection, parties);
    const key = `${place} of connection ${connection}`;
    const party = parties.get(key) ?? { key, connection, draws: new Map(), decided: new Map() };
    parties.set(key, party);
    return party;
  }

  #surroundings(): Surroundings {
    const stage = (): Backstage => {
      if (this.#backstage === undefined) throw new Error('a fault acts before there is anything to act upon');
      return this.#backstage;
    };
    return {
      pause: (ms) => stage().pause(ms),
      closeStdout: () => stage().closeStdout(),
      floodStderr: (bytes) => stage().floodStderr(bytes),
      stopListening: () => stage().stopListening(),
      stopReading: (connection) => {
        this.#deaf.add(connection);
        stage().stopReading(connection);
      },
      disconnect: (connection, how) => {
        this.#calls.cut((call) => call.connection === connection);
        if (how !== 'half-close') this.#deaf.add(connection);
        stage().disconnect(connection, how);
      },
      push: (connection, step) => {
        const { format } = this.#tools;
        const rendered = { ...step, bytes: renderStep(format, step) };
        this.#settled.add(rendered);
        this.#exempt.add(rendered);
        stage().push(connection, rendered);
      },
      restart: (ms) => {
        this.#calls.cut(() => true);
        this.#upAt = this.#clock.now() + ms;
      },
      ignoreSignals: () => {
        this.ignoresSignals = true;
      },
      swapIds: (call) => this.#swapIds(call),
    };
  }

  #swapIds({ asked }: Call): string | undefined {
    const call = this.#calls.get(asked);
    if (call === undefined || call.alias !== undefined) return undefined;
    const other = this.#calls.partnerOf(call);
    if (other === undefined) return undefined;
    [call.alias, other.alias] = [other.id, call.id];
    return other.id;
  }
}

/** The client is told that nothing more comes. */
function isEnd({ place, bytes }: Step): boolean {
  return (place === 'end' || place === 'refusal') && bytes.length > 0;
}
