import { isUtf8 } from 'node:buffer';
import { encodeHead } from './envelope.ts';
import type { EnvelopeHead, LineEnding, PayloadKind, Side } from './recorded-line.ts';

/** A longer line is kept in parts of this size. */
export const longestPart = 16 << 20;

/** One stream of lines: a direction of stdio or of a connection, or the plugin's stderr. */
export interface Channel {
  readonly from: Side;
  /** 0 for stdio. */
  readonly connection: number;
  readonly stderr: boolean;
}

/** A line with its ending, or a part of one that is too long, and when its last byte arrived. */
export interface LinePiece {
  channel: Channel;
  at: number;
  bytes: Buffer;
  kind: 'line' | 'part' | 'last-part';
}

/** The envelope of one line: its head, its payload, and what closes it, newline included. */
export interface EncodedLine {
  head: string;
  payload: Buffer | string;
}

/** Whatever payload a line has, this closes it. */
export const lineTail = '}\n';

/**
 * Puts a line into its envelope: `message` where its bytes are valid JSON and valid UTF-8, spliced in as they came;
 * `text` where they are UTF-8; else `base64`.
 */
export function encodeLine({ channel, at, bytes, kind }: LinePiece): EncodedLine {
  const part = kind === 'part';
  const { eol, content } = part ? { eol: '\n' as const, content: bytes } : cutEnding(bytes);
  const { from, connection, stderr } = channel;
  const envelope: EnvelopeHead = { at, from, connection, stderr, part, eol };
  if (stderr || part || !isJson(content)) return encodeOther(envelope, content);
  return { head: encodeHead(envelope, 'message'), payload: content };
}

function encodeOther(envelope: EnvelopeHead, content: Buffer): EncodedLine {
  const kind: PayloadKind = isUtf8(content) ? 'text' : 'base64';
  return {
    head: encodeHead(envelope, kind),
    payload: JSON.stringify(content.toString(kind === 'text' ? 'utf8' : 'base64')),
  };
}

/** A line, parted from how it ended. */
export function cutEnding(line: Buffer): { eol: LineEnding; content: Buffer } {
  if (line[line.length - 1] !== 0x0a) return { eol: '', content: line };
  const crlf = line[line.length - 2] === 0x0d;
  return { eol: crlf ? '\r\n' : '\n', content: line.subarray(0, crlf ? -2 : -1) };
}

/** JSON's grammar sees no difference between UTF-8 and its bytes taken as Latin-1, which is the quicker text to make. */
function isJson(content: Buffer): boolean {
  try {
    JSON.parse(content.toString('latin1'));
    return isUtf8(content);
  } catch {
    // Not JSON: the line is kept as text.
    return false;
  }
}
