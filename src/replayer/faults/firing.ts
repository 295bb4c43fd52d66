import type { Journal } from '../journal.ts';
import type { LiveCall, Party } from './calls.ts';
import { drawFor } from './draws.ts';
import type { Point } from './place.ts';
import { showPlace, showPoint } from './place.ts';
import type { FaultPart, PlannedFault } from './read-fault.ts';
import { isSelective } from './selection.ts';

/** How often a fault has acted. */
export interface FiredFault {
  /** As the command line has it. */
  fault: string;
  fired: number;
}

/** A part of a fault, with its number among all. */
export interface Bound extends FaultPart {
  fault: PlannedFault;
  number: number;
  /** Of those of its fault. */
  isFirst: boolean;
}

export interface FiringOptions {
  faults: readonly PlannedFault[];
  seed: number;
  journal: Pick<Journal, 'fired'>;
}

/** Decides whether a fault acts, and keeps count of it. */
export class Firing {
  /** All that faults do, in the order given. */
  readonly parts: readonly Bound[];
  readonly #options: FiringOptions;
  /** How often each part has. */
  readonly #fired = new Map<Bound, number>();
  /** What was due when something was entered last: the parts of a preset act upon it together. */
  #last: { fault: PlannedFault; point: Point } | undefined;
  /** On whose behalf a fault has acted that may do so only a few times. */
  readonly #parties = new Map<PlannedFault, { known: WeakSet<Party>; count: number }>();

  constructor(options: FiringOptions) {
    this.#options = options;
    let number = 0;
    this.parts = options.faults.flatMap((fault) =>
      fault.parts.map((part, index) => ({ ...part, fault, number: number++, isFirst: index === 0 })),
    );
  }

  /** How often each fault has acted, in the order given. */
  get fired(): FiredFault[] {
    return this.#options.faults.map((fault) => {
      const counts = this.parts.filter((part) => part.fault === fault).map((part) => this.#fired.get(part) ?? 0);
      return { fault: fault.text, fired: Math.max(...counts) };
    });
  }

  /** Whether a part acts on someone's behalf, this time. */
  isWanted(part: Bound, party: Party, call: LiveCall | undefined): boolean {
    const { fault } = part;
    const { selection } = fault;
    const { connection = party.connection, times = Infinity, chance } = selection;
    if (part.isOnConnection === true && party.connection === 0) return false;
    if (call === undefined ? isSelective(selection) || connection !== party.connection : !call.chosen.has(fault))
      return false;
    const parties = this.#parties.get(fault);
    if ((parties?.count ?? 0) >= times && parties?.known.has(party) !== true) return false;
    if (chance === undefined) return true;
    // The parts of a preset act together, or not at all: the first of them decides.
    const isWanted = part.isFirst ? this.draw(part, party) < chance : party.decided.get(fault) === true;
    if (part.isFirst) party.decided.set(fault, isWanted);
    return isWanted;
  }

  /** The next random number of a part, on someone's behalf. */
  draw(part: Bound, { key, draws }: Party): number {
    const count = draws.get(part) ?? 0;
    draws.set(part, count + 1);
    return drawFor(this.#options.seed, part.number, key, count);
  }

  /** A part has acted. */
  enter(part: Bound, party: Party, { point, asked }: { point: Point; asked: number | undefined }): void {
    const { fault } = part;
    this.#fired.set(part, (this.#fired.get(part) ?? 0) + 1);
    if (fault.selection.times !== undefined) {
      const parties = this.#parties.get(fault) ?? { known: new WeakSet(), count: 0 };
      if (!parties.known.has(party)) parties.count++;
      parties.known.add(party);
      this.#parties.set(fault, parties);
    }
    const isKnown = fault.parts.length > 1 && this.#last?.fault === fault && this.#last.point === point;
    this.#last = { fault, point };
    if (isKnown) return;
    this.#options.journal.fired({
      fault: fault.text,
      place: placeOf(part, point),
      ...(asked === undefined ? {} : { asked }),
      ...(party.connection === 0 ? {} : { connection: party.connection }),
    });
  }
}

/** Where a part has acted, in the words of places. */
function placeOf({ place }: Bound, point: Point): string {
  if (place.kind === 'time') return showPlace(place);
  return place.kind === 'after' ? `after ${showPoint(point)}` : showPoint(point);
}
