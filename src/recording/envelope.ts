import { isUtf8 } from 'node:buffer';
import { isJsonObject, parseJson } from '../foundation/parse-json.ts';
import { explainEvent } from './event-fields.ts';
import type { EnvelopeHead, EventLine, MessageLine, PayloadKind, RecordedLine } from './recorded-line.ts';
import { payloadKinds } from './recorded-line.ts';

/** A time as the file holds it: milliseconds with microsecond digits. */
export function formatAt(at: number): string {
  return String(Math.round(at * 1000) / 1000);
}

/** The text of an envelope up to and with the colon before its payload; ASCII. */
export function encodeHead(head: EnvelopeHead, payload: PayloadKind): string {
  const connection = head.connection === 0 ? '' : `,"connection":${head.connection}`;
  const stream = head.stderr ? ',"stream":"stderr"' : '';
  const part = head.part ? ',"part":true' : '';
  const eol = head.eol === '\n' ? '' : `,"eol":${JSON.stringify(head.eol)}`;
  return `{"at":${formatAt(head.at)},"from":"${head.from}"${connection}${stream}${part}${eol},"${payload}":`;
}

/** An event's whole line, without its newline. */
export function encodeEvent(at: number, event: string, fields: Readonly<Record<string, unknown>>): string {
  return `{"at":${formatAt(at)},"event":${JSON.stringify(event)}${JSON.stringify(fields)
    .replace(/^\{(?=")/, ',')
    .replace(/^\{\}$/, '}')}`;
}

// As `encodeHead` writes it. Whatever else is a valid line goes the slow way.
const writtenHead =
  /^\{"at":((?:0|[1-9]\d*)(?:\.\d+)?),"from":"(client|plugin)"(?:,"connection":([1-9]\d{0,14}))?(,"stream":"stderr")?(,"part":true)?(?:,"eol":"(\\r\\n|)")?,"(message|text|base64)":/;
const longestHead = 160;

/** Where a line of a file stands. */
export interface LinePlace {
  /** Counted from 1. */
  line: number;
  /** The byte offset in the file of the first byte of `bytes`. */
  base: number;
}

/**
 * Reads one line of a recording, its newline cut off. `strict` proves the whole line to be JSON; otherwise only what
 * stands before the payload is read, which is many times faster.
 * @returns the line, or in words what is wrong with it
 */
export function parseEnvelope(bytes: Buffer, place: LinePlace, strict: boolean): RecordedLine | string {
  // A space or a carriage return behind the last brace is not as written.
  if (bytes[bytes.length - 1] !== 0x7d || (strict && !isUtf8(bytes))) return parseAnyOrder(bytes, place);
  const match = writtenHead.exec(bytes.toString('latin1', 0, Math.min(longestHead, bytes.length)));
  if (match === null) return parseAnyOrder(bytes, place);
  const [head, at, from, connection, stderr, part, eol, payload] = match;
  const message: MessageLine = {
    kind: 'message',
    line: place.line,
    at: Number(at),
    from: from === 'client' ? 'client' : 'plugin',
    connection: connection === undefined ? 0 : Number(connection),
    stderr: stderr !== undefined,
    part: part !== undefined,
    eol: eol === undefined ? '\n' : eol === '' ? '' : '\r\n',
    payload: payload === 'message' ? 'message' : payload === 'text' ? 'text' : 'base64',
    offset: place.base + head.length,
    length: bytes.length - head.length - 1,
  };
  // The head is JSON, so that the line is where its payload is; the slow way finds the words where it is not.
  return strict && explainPayload(bytes, message, place) !== undefined ? parseAnyOrder(bytes, place) : message;
}

/** A line's JSON object, or in words what is wrong with it. */
function parseObject(bytes: Buffer): Record<string, unknown> | string {
  if (!isUtf8(bytes)) return 'it is not UTF-8';
  const value = parseJson(bytes.toString());
  if (value === undefined) return 'it is not valid JSON';
  return isJsonObject(value) ? value : 'it is not a JSON object';
}

function explainPayload(
  bytes: Buffer,
  { payload, offset, length }: MessageLine,
  { base }: LinePlace,
): string | undefined {
  // What is asked of the value is the same whether UTF-8 is decoded or not, and Latin-1 is the quicker text to make.
  const value = parseJson(bytes.toString('latin1', offset - base, offset - base + length));
  if (value === undefined) return explainPlace(payload);
  if (payload === 'message') return undefined;
  if (typeof value !== 'string') return `\`${payload}\` is not a string`;
  const canonical = payload === 'text' || Buffer.from(value, 'base64').toString('base64') === value;
  return canonical ? undefined : '`base64` is not base64';
}

function explainPlace(payload: PayloadKind): string {
  return `\`${payload}\` is not its last key, or stands there twice`;
}

/** Events, and lines that somebody wrote by hand: any spacing, any order of the keys, but the payload last. */
function parseAnyOrder(bytes: Buffer, place: LinePlace): RecordedLine | string {
  const fields = parseObject(bytes);
  if (typeof fields === 'string') return fields;
  const { at, event } = fields;
  if (typeof at !== 'number' || !(at >= 0) || !Number.isFinite(at)) return '`at` is not a time in milliseconds';
  if (event === undefined) return parseMessage(fields, bytes, place);
  if (typeof event !== 'string') return '`event` is not a string';
  return explainEvent(event, fields) ?? ({ kind: 'event', line: place.line, at, event, fields } satisfies EventLine);
}

function parseMessage(fields: Record<string, unknown>, bytes: Buffer, place: LinePlace): MessageLine | string {
  const { at, from, connection, stream, part, eol } = fields;
  const [payload, other] = payloadKinds.filter((kind) => Object.hasOwn(fields, kind));
  if (from !== 'client' && from !== 'plugin') return 'it has neither an `event` nor a `from` that is client or plugin';
  if (connection !== undefined && !(Number.isSafeInteger(connection) && Number(connection) >= 1))
    return '`connection` is not a number from 1';
  if (stream !== undefined && stream !== 'stderr') return '`stream` is not stderr';
  if (part !== undefined && part !== true) return '`part` is not true';
  if (eol !== undefined && eol !== '' && eol !== '\r\n') return '`eol` is neither empty nor \\r\\n';
  if (payload === undefined) return 'it has no `message`, `text` or `base64`';
  if (other !== undefined) return `it has both \`${payload}\` and \`${other}\``;
  const text = bytes.toString();
  const start = findPayload(text, payload, Object.keys(fields));
  if (start === undefined) return explainPlace(payload);
  const offset = Buffer.byteLength(text.slice(0, start));
  const line: MessageLine = {
    kind: 'message',
    line: place.line,
    at: Number(at),
    from,
    connection: Number(connection ?? 0),
    stderr: stream === 'stderr',
    part: part === true,
    eol: eol ?? '\n',
    payload,
    offset: place.base + offset,
    length: bytes.lastIndexOf(0x7d) - offset,
  };
  return explainPayload(bytes, line, place) ?? line;
}

/** The payload begins behind the first `"message":` that is a key of the envelope itself, which must be its last. */
function findPayload(text: string, payload: PayloadKind, keys: readonly string[]): number | undefined {
  if (keys.at(-1) !== payload) return undefined;
  const spot = new RegExp(`"${payload}"[ \\t]*:`, 'g');
  for (let found = spot.exec(text); found !== null; found = spot.exec(text)) {
    if (closesAsEnvelope(`${text.slice(0, spot.lastIndex)}0}`, keys)) return spot.lastIndex;
  }
  return undefined;
}

function closesAsEnvelope(text: string, keys: readonly string[]): boolean {
  const value = parseJson(text); // a spot inside a string or a nested value does not close; the next one may
  return typeof value === 'object' && value !== null && Object.keys(value).join('\n') === keys.join('\n');
}
