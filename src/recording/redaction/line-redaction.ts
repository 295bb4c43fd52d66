import type { Channel, LinePiece } from '../line-encoder.ts';
import type { Redactor } from './redactor.ts';

/** So much of a part is held back until the next one comes: a secret may stand across the cut. */
const heldBytes = 128 << 10;

/** In a shorter line there is no room for a secret and its name. */
const shortestLine = 8;

/** Redacts the lines of all channels, whole ones and those that come in parts. */
export class LineRedaction {
  readonly #redactor: Redactor;
  readonly #held = new Map<Channel, Buffer>();

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** The piece to keep; of a part, without its end, which the next one begins with. */
  take(piece: LinePiece): LinePiece {
    const { channel, kind, bytes } = piece;
    if (kind === 'line') return bytes.length < shortestLine ? piece : this.#redacted(piece);
    const held = this.#held.get(channel);
    const joined = this.#redacted({ ...piece, bytes: held === undefined ? bytes : Buffer.concat([held, bytes]) });
    if (kind === 'last-part') {
      this.#held.delete(channel);
      return joined;
    }
    const cut = placeToCut(joined.bytes);
    this.#held.set(channel, joined.bytes.subarray(cut));
    return { ...joined, bytes: joined.bytes.subarray(0, cut) };
  }

  /** An event's line. The envelope's own words are no secrets. */
  event(line: string): string {
    return this.#redactor.redactText(line);
  }

  /** The line's ending goes through with it: no secret reaches beyond it. */
  #redacted(piece: LinePiece): LinePiece {
    const bytes = this.#redactor.redact(piece.bytes);
    return bytes === piece.bytes ? piece : { ...piece, bytes };
  }
}

/** Before what is held back, and before a character of several bytes. */
function placeToCut(bytes: Buffer): number {
  let cut = Math.max(bytes.length - heldBytes, 0);
  while (cut > 0 && ((bytes[cut] ?? 0) & 0xc0) === 0x80) cut--;
  return cut;
}
