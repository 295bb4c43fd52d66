import type { ResponseFormat } from '../../protocol/response-format.ts';
import { formats } from '../../protocol/response-format.ts';
import type { Step } from '../step.ts';
import { bytesOf } from '../step.ts';
import type { LiveCall, Party } from './calls.ts';
import { withId } from './edit-message.ts';
import type { Outcome, Surroundings } from './fault.ts';
import { momentAt } from './fault.ts';
import type { Bound, Firing } from './firing.ts';
import type { Point } from './place.ts';
import { covers } from './place.ts';
import { renderStep } from './render-step.ts';
import { sliceStep } from './slice-step.ts';

type Next = () => Step | undefined;

/** What is the same for all steps. */
export interface SettlingTools {
  firing: Firing;
  format: ResponseFormat;
  process: Surroundings;
  /** A step that is looked at again: which parts have not acted on it yet, and which response it is. */
  resume: (step: Step, parts: readonly Bound[], response: number) => void;
  /** A step that comes in the stead of another one: a part has had its turn on it. */
  replace: (step: Step, by: Step, part: Bound) => void;
}

/** A step that is due. */
export interface Due {
  step: Step;
  /** Of responses: which. */
  response: number;
  call: LiveCall | undefined;
  party: Party;
  /** What may act upon it, in this order. */
  parts: readonly Bound[];
}

/** What faults make of a step: the pieces that are sent in its stead, and what follows. */
export class Settling {
  readonly #tools: SettlingTools;
  readonly #due: Due;
  readonly #point: Point;
  #pieces: Step[];
  #tail: Next | undefined;
  /** Pieces that have been written in the format already; the others are in JSON. */
  readonly #rendered = new Set<Step>();

  constructor(tools: SettlingTools, due: Due) {
    this.#tools = tools;
    this.#due = due;
    const step = remembering(due.step);
    this.#point = { name: step.place, response: due.response, isLast: () => isLastResponse(step) };
    this.#pieces = [underAlias(step, due.call)];
    this.#tail = step.next ?? (() => undefined);
    for (const part of due.parts) this.#apply(part);
  }

  /** What is sent in the stead of the step. */
  get pieces(): readonly Step[] {
    return this.#pieces;
  }

  /** Nothing more of the invocation follows, by a fault. */
  get isFinished(): boolean {
    return this.#tail === undefined;
  }

  /** What follows the pieces. */
  next(): Step | undefined {
    return this.#tail?.();
  }

  /**
   * The pieces as a chain, written in the format and cut, what follows behind them.
   * @param keep is told of each, some of them only when the one before has been sent
   * @returns the first; undefined where there are none
   */
  link(keep: (piece: Step) => void): Step | undefined {
    const { format } = this.#tools;
    let next: Next | undefined = this.#tail;
    let first: Step | undefined;
    for (const piece of this.#pieces.toReversed()) {
      const { next: _next, ...rest } = piece;
      const isWritten = this.#rendered.has(piece) || piece.bytes.length === 0 || format === formats.json;
      const whole: Step = {
        ...rest,
        bytes: isWritten ? piece.bytes : renderStep(format, piece),
        ...(next && { next }),
      };
      const made = whole.slices === undefined ? whole : sliceStep(whole, keep);
      keep(made);
      next = () => made;
      first = made;
    }
    return first;
  }

  /** A part acts on the pieces that stand at its place, or behind them all. */
  #apply(part: Bound): void {
    const { place } = part;
    if (place.kind === 'after') {
      const last = this.#pieces.at(-1);
      if (last !== undefined && this.#tail !== undefined && covers({ ...place, kind: 'due' }, this.#point))
        this.#pieces.push(...(this.#act(part, momentAt(last))?.send ?? []));
      return;
    }
    const before = this.#pieces;
    const after: Step[] = [];
    for (const piece of before) {
      const outcome = covers(place, { ...this.#point, name: piece.place }) ? this.#act(part, piece) : undefined;
      after.push(...(outcome?.send ?? [piece]));
      if (outcome?.goesOn === false) break;
    }
    this.#pieces = after;
  }

  #act(part: Bound, piece: Step): Outcome | undefined {
    const { firing, format, process } = this.#tools;
    const { call, party, step } = this.#due;
    if (!firing.isWanted(part, party, call)) return undefined;
    const isRendered = this.#rendered.has(piece);
    const isInJson = !isRendered || format === formats.json;
    let isWire = false;
    const outcome = part.act({
      step: piece,
      // One that has been swapped has the other's id.
      call: call && { ...call, id: call.alias ?? call.id },
      connection: party.connection,
      draw: () => firing.draw(part, party),
      message: () => (isInJson && piece.bytes.length > 0 ? bytesOf(piece) : undefined),
      wire: () => {
        isWire = true;
        if (piece.bytes.length === 0) return undefined;
        return isRendered ? bytesOf(piece) : renderStep(format, piece);
      },
      process,
    });
    if (outcome === undefined || (outcome.isSwap === true && !this.#swap(part, piece))) return undefined;
    for (const made of outcome.send) if (isWire || (isRendered && made.bytes === piece.bytes)) this.#rendered.add(made);
    if (!outcome.goesOn) this.#tail = undefined;
    firing.enter(part, party, { point: this.#point, asked: step.asked });
    return outcome;
  }

  /** What follows comes first, and the piece behind it; parts that come later act on it then. */
  #swap(part: Bound, piece: Step): boolean {
    const following = this.#tail?.();
    if (following === undefined || following.bytes.length === 0) return false;
    const { parts, response } = this.#due;
    const { resume, replace } = this.#tools;
    const late = remembering({ ...piece, due: following.due, ...(following.next && { next: following.next }) });
    resume(late, parts.slice(parts.indexOf(part) + 1), response);
    const early: Step = { ...following, next: () => late };
    replace(following, early, part);
    this.#tail = () => early;
    return true;
  }
}

/** Steps whose followers are made once. */
const remembered = new WeakSet<Step>();

/** A step whose followers are made once, however often they are looked at. It stays the one that it is from then on. */
function remembering(step: Step): Step {
  const { next } = step;
  if (next === undefined || remembered.has(step)) return step;
  let known: { step: Step | undefined } | undefined;
  const made: Step = {
    ...step,
    next() {
      if (known === undefined) {
        const following = next();
        known = { step: following && remembering(following) };
      }
      return known.step;
    },
  };
  remembered.add(made);
  return made;
}

function isLastResponse(step: Step): boolean {
  let next = step.next?.();
  while (next !== undefined && next.place !== 'response' && next.place !== 'end') next = next.next?.();
  return next?.place !== 'response';
}

const answers: ReadonlySet<string> = new Set(['response', 'error', 'end']);

/** The answers of two that have been swapped have the id of the other. */
function underAlias(step: Step, call: LiveCall | undefined): Step {
  if (call?.alias === undefined || !answers.has(step.place)) return step;
  const bytes = withId(bytesOf(step), call.alias);
  return bytes === undefined ? step : { ...step, bytes };
}
