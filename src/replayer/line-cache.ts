import type { ResponseFormat, StampedLine } from '../protocol/response-format.ts';
import type { Script, ScriptLine } from './script.ts';
import type { ScriptSource } from './script-source.ts';
import type { Place } from './step.ts';
import { placeOf } from './step.ts';

/** A longer message is sent as bytes; a shorter one as text, which is quicker to join. */
const longestText = 1024;
/** Lines that are played again and again come from memory, up to so many bytes. */
const budget = 16 << 20;

/** A line made ready to be played for any caller. */
export interface PlayableLine extends Pick<ScriptLine, 'at' | 'row' | 'next'> {
  place: Place;
  /** The message for a caller, whose id is given as the format writes it, as wire text. */
  bytesFor: (id: string) => Buffer | string;
}

/** The lines of a script in one format. */
export class LineCache {
  readonly #script: Script;
  readonly #format: ResponseFormat;
  readonly #lines = new Map<ScriptSource, Map<number, PlayableLine>>();
  #left = budget;

  constructor(script: Script, format: ResponseFormat) {
    this.#script = script;
    this.#format = format;
  }

  get(source: ScriptSource, row: number): PlayableLine {
    const known = this.#lines.get(source)?.get(row);
    if (known !== undefined) return known;
    const line = this.#script.readLine(source, row);
    const { at, next } = line;
    const playable = { at, next, row: line.row, place: placeOf(line), bytesFor: this.#stamp(line) };
    const size = line.bytes.length;
    // While a recording is still being read, a row may yet get another one behind it.
    if (source.isComplete && size <= longestText && size <= this.#left) {
      this.#rowsOf(source).set(row, playable);
      this.#left -= size;
    }
    return playable;
  }

  #stamp(line: ScriptLine): (id: string) => Buffer | string {
    if (line.isStray) return () => this.#format.stray(line.bytes, line.eol);
    const stamped = this.#format.stamp(line.bytes, line.eol);
    return stamped.before.length + stamped.after.length <= longestText ? asText(stamped) : asBytes(stamped);
  }

  #rowsOf(source: ScriptSource): Map<number, PlayableLine> {
    const rows = this.#lines.get(source) ?? new Map<number, PlayableLine>();
    this.#lines.set(source, rows);
    return rows;
  }
}

function asText({ before, after, hasId }: StampedLine): (id: string) => string {
  const [head, tail] = [before.toString('latin1'), after.toString('latin1')];
  return (id) => (hasId ? head + id + tail : head);
}

function asBytes({ before, after, hasId }: StampedLine): (id: string) => Buffer {
  return (id) => (hasId ? Buffer.concat([before, Buffer.from(id, 'latin1'), after]) : before);
}
