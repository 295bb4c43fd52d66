import { parseJson } from '../../foundation/parse-json.ts';
import { encodeHead, parseEnvelope } from '../../recording/envelope.ts';
import type { MessageLine } from '../../recording/recorded-line.ts';
import type { Detector } from './detector.ts';
import { pointersOf } from './pointers.ts';

/** A secret, without its value. */
export interface SecretPlace {
  /** A JSON pointer into the text. */
  path: string;
  kind: string;
}

/** Looks for secrets in a line of a recording, as they were when it was recorded: in its message, text or event, or the header. */
export function scanLine(bytes: Buffer, detector: Detector): SecretPlace[] {
  const line = parseEnvelope(bytes, { line: 1, base: 0 }, false);
  if (typeof line === 'string' || line.kind === 'event') return scanText(bytes, detector);
  const found = scanPayload(line, bytes.subarray(line.offset, line.offset + line.length), detector);
  const head = bytes.subarray(0, line.offset);
  // Somebody may have written more into the envelope than there belongs.
  return head.toString('latin1') === encodeHead(line, line.payload) ? found : [...scanText(head, detector), ...found];
}

function scanPayload({ payload }: MessageLine, bytes: Buffer, detector: Detector): SecretPlace[] {
  if (payload === 'message')
    return scanText(bytes, detector).map(({ path, kind }) => ({ path: path === '' ? payload : path, kind }));
  const kinds = new Set(detector.find(contentOf(payload, bytes)).secrets.map(({ kind }) => kind));
  return [...kinds].map((kind) => ({ path: payload, kind }));
}

/** What is no JSON string is looked into as it is. */
function contentOf(payload: 'text' | 'base64', bytes: Buffer): Buffer {
  const value = parseJson(bytes.toString());
  return typeof value === 'string' ? Buffer.from(value, payload === 'text' ? 'utf8' : payload) : bytes;
}

/** Looks for secrets in a JSON text. Each kind is told once a place. */
export function scanText(bytes: Buffer, detector: Detector): SecretPlace[] {
  const text = bytes.toString('latin1');
  const ranges = detector.find(bytes, text).secrets;
  if (ranges.length === 0) return [];
  const pointers = pointersOf(text, ranges);
  const places = ranges.map(({ kind }, index) => ({ path: pointers[index] ?? '', kind }));
  return [...new Map(places.map((place) => [`${place.kind} ${place.path}`, place])).values()];
}
