import { isContinuation } from '../../foundation/characters.ts';
import type { Channel, LinePiece } from '../line-encoder.ts';
import type { Redactor } from './redactor.ts';

/** So much of a part is held back until the next one comes: a secret may stand across the cut. */
const heldBytes = 128 << 10;

/** In a shorter line there is no room for a secret and its name. */
const shortestLine = 8;

/** A key begins where nothing follows on its line; elsewhere it is spoken of. */
const keyBegin = /-----BEGIN [A-Z\d ]{0,60}PRIVATE KEY(?: BLOCK)?-----["']?\s*$/;
/** A line of one, whatever a log writes before it; it is not where a file is. */
const keyLine = /(?<=^|[\s"'])[A-Za-z\d+/]{16,128}={0,2}(?=["']?\s*$)/;
/** Lines in a key that hold nothing of it. */
const otherLine = /(?:^|\s)(?:Proc-Type|DEK-Info|Version|Comment): .*$|(?:^|""|'')\s*$/;
const mostKeyLines = 200;

/** Redacts the lines of all channels, whole ones and those that come in parts. */
export class LineRedaction {
  readonly #redactor: Redactor;
  readonly #held = new Map<Channel, Buffer>();
  /** How many lines may still come of a private key that is printed line by line. */
  readonly #keyLines = new Map<Channel, number>();

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** The piece to keep; of a part, without its end, which the next one begins with. */
  take(piece: LinePiece): LinePiece {
    const { channel, kind, bytes } = piece;
    if (kind === 'line') return bytes.length < shortestLine ? piece : this.#redacted(this.#withoutKey(piece));
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

  /**
   * What logs print of a private key has a line of its own for each of the key's: only the first tells what it is, and
   * the key goes on until a line is none of it.
   */
  #withoutKey(piece: LinePiece): LinePiece {
    const { channel, bytes } = piece;
    if (!channel.stderr) return piece;
    const text = bytes.toString('latin1');
    const left = this.#keyLines.get(channel) ?? 0;
    const isKey = left > 0 && keyLine.test(text);
    if (isKey || (left > 0 && otherLine.test(text))) this.#keyLines.set(channel, left - 1);
    else this.#keyLines.set(channel, keyBegin.test(text) ? mostKeyLines : 0);
    if (!isKey) return piece;
    const replaced = text.replace(keyLine, (run) => this.#redactor.replace(run, 'private_key'));
    return { ...piece, bytes: Buffer.from(replaced, 'latin1') };
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
  while (cut > 0 && isContinuation(bytes[cut] ?? 0)) cut--;
  return cut;
}
