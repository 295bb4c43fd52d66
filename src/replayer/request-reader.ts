import type { RequestLine } from '../protocol/request.ts';
import { decodeRequestLine } from '../protocol/request.ts';

type Request = Extract<RequestLine, { kind: 'request' }>;

/** A line as text, a character a byte, and where the id in it is. */
interface CutLine {
  text: string;
  start: number;
  end: number;
}

/** Longer lines are decoded each time: what it costs to compare them grows with them, too. */
const longestLine = 4096;
/** So many characters of lines are remembered; then it begins anew. */
const budget = 1 << 20;
const name = '"invoke_id":';

/**
 * Reads what clients ask. A client's requests often differ in nothing but their ids; such a one is not decoded again, nor
 * is its match key made again.
 */
export class RequestReader {
  /** Lines by what is left of them without the id; undefined where one has come once. */
  readonly #known = new Map<string, Request | undefined>();
  #left = budget;

  /** @param line without its newline */
  read(line: Buffer): RequestLine {
    const cut = line.length > longestLine ? undefined : cutLine(line);
    if (cut === undefined) return decodeRequestLine(line);
    const { text, start, end } = cut;
    const rest = text.slice(0, start) + text.slice(end);
    const known = this.#known.get(rest);
    if (known !== undefined) {
      const { kind, type, action, request, key } = known;
      return { kind, id: text.slice(start, end), type, action, request, key };
    }
    const decoded = decodeRequestLine(line);
    if (!this.#known.has(rest)) this.#add(rest, undefined);
    else if (decoded.kind === 'request' && isItsId(cut)) this.#add(rest, decoded);
    return decoded;
  }

  #add(rest: string, request: Request | undefined): void {
    this.#left -= rest.length;
    if (this.#left < 0) {
      this.#known.clear();
      this.#left = budget;
    }
    this.#known.set(rest, request);
  }
}

/** Finds what may be the id, where it is of characters that stand for themselves. */
function cutLine(line: Buffer): CutLine | undefined {
  const text = line.toString('latin1');
  const at = text.indexOf(name);
  if (at < 0) return undefined;
  let start = at + name.length;
  if (text.charCodeAt(start) === 0x20) start++;
  if (text.charCodeAt(start) !== 0x22) return undefined;
  start++;
  let end = start;
  while (isPlain(text.charCodeAt(end))) end++;
  return end > start && text.charCodeAt(end) === 0x22 ? { text, start, end } : undefined;
}

/** Whether it is the line's id, and not one of a member further in or one that another of the name outranks: another id in its place shows. */
function isItsId({ text, start, end }: CutLine): boolean {
  const other = `${text.slice(start, end)}-`;
  return decodeRequestLine(Buffer.from(text.slice(0, start) + other + text.slice(end), 'latin1')).id === other;
}

/** Letters, digits, and what else ids are made of. */
function isPlain(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x3a) ||
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    code === 0x2d ||
    code === 0x5f ||
    code === 0x2e
  );
}
