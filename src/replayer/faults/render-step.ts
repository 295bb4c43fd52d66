import type { ResponseFormat } from '../../protocol/response-format.ts';
import { formats } from '../../protocol/response-format.ts';
import { parseJson, isJsonObject } from '../../foundation/parse-json.ts';
import { parseMessage } from '../../protocol/message.ts';
import type { Place, Step } from '../step.ts';
import { bytesOf } from '../step.ts';
import { cutEnding } from './edit-message.ts';

/** These are log lines of the program in the text format. */
const raw: ReadonlySet<Place> = new Set(['loading', 'announcement', 'start-up']);

/** A message in JSON as a format writes it. */
export function renderStep(format: ResponseFormat, step: Step): Buffer {
  const message = bytesOf(step);
  if (format === formats.json) return message;
  const { line, ending } = cutEnding(message);
  const eol = ending.toString('latin1');
  if (step.place === 'stray') return format.stray(line, eol);
  if (raw.has(step.place)) return format.raw(line, eol, new Date());
  const { before, after } = format.stamp(withTypeAndId(line), eol);
  return Buffer.concat([before, after]);
}

/** A member that a fault took away is Go's empty text. */
function withTypeAndId(line: Buffer): Buffer {
  if (parseMessage(line) !== undefined) return line;
  const value = parseJson(line.toString());
  if (!isJsonObject(value)) return line;
  return Buffer.from(JSON.stringify({ invoke_id: '', type: '', ...value }));
}
