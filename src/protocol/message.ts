import { parseJson } from '../foundation/parse-json.ts';

/** The parts of a plugin's line that say what it is. */
export interface Message {
  /** The text between the quotes of `invoke_id`, decoded. */
  id: string;
  type: string;
  /** Where the id's JSON string stands in the line, quotes included: byte offsets. */
  idStart: number;
  idEnd: number;
}

/** How Go's encoder begins every line. */
const goStart = /^\{"invoke_id":("(?:[^"\\]|\\.)*"),"type":"([^"\\]*)"/;
const anyId = /"invoke_id"[ \t\r]*:[ \t\r]*("(?:[^"\\]|\\.)*")/y;
const idOffset = '{"invoke_id":'.length;
/** More of a line is looked at only where the id is longer. */
const usualStart = 512;

/**
 * Reads what a plugin's line is, without its payload.
 * @returns undefined where it is no JSON object with `invoke_id` and `type`
 */
export function parseMessage(line: Buffer): Message | undefined {
  const match = goStart.exec(line.toString('latin1', 0, Math.min(usualStart, line.length)));
  if (match === null) return parseAnyMessage(line);
  const [, quoted = '""', type = ''] = match;
  const id = isPlain(quoted) ? quoted.slice(1, -1) : parseJson(Buffer.from(quoted, 'latin1').toString());
  return typeof id === 'string' ? { id, type, idStart: idOffset, idEnd: idOffset + quoted.length } : undefined;
}

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const special = /[\\\u0000-\u001f\u0080-\u00ff]/;

function isPlain(quoted: string): boolean {
  return !special.test(quoted);
}

/** Another spelling than the program's: another order of keys, or spaces. */
function parseAnyMessage(line: Buffer): Message | undefined {
  const text = line.toString('latin1');
  const value = parseJson(line.toString());
  if (typeof value !== 'object' || value === null || !('invoke_id' in value) || !('type' in value)) return undefined;
  if (typeof value.invoke_id !== 'string' || typeof value.type !== 'string') return undefined;
  const found = findTopLevelId(text);
  return found === undefined ? undefined : { id: value.invoke_id, type: value.type, ...found };
}

/** The last of several keys `invoke_id` at the top counts, as for every reader of JSON. */
function findTopLevelId(text: string): { idStart: number; idEnd: number } | undefined {
  let depth = 0;
  let found: { idStart: number; idEnd: number } | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else if (character === '"') {
      anyId.lastIndex = at;
      const match = depth === 1 ? anyId.exec(text) : null;
      if (match?.[1] !== undefined) {
        found = { idStart: at + match[0].length - match[1].length, idEnd: at + match[0].length };
        at += match[0].length - 1;
      } else at = endOfString(text, at);
    }
  }
  return found;
}

/** @returns where the string that begins at `start` has its closing quote */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
