import { encodeGoString } from '../../protocol/go-encoder.ts';
import { parseMessage } from '../../protocol/message.ts';

// Changes to a line as the program writes it. Each gives undefined where the line is none of those.

/** The members that every message has. */
export const fields = ['invoke_id', 'type', 'response'] as const;
export type Field = (typeof fields)[number];

/** A message without its ending, and that; in the text format it has two newlines. */
export function cutEnding(bytes: Buffer): { line: Buffer; ending: Buffer } {
  let at = bytes.length;
  while (bytes[at - 1] === 0x0a) at -= bytes[at - 2] === 0x0d ? 2 : 1;
  return { line: bytes.subarray(0, at), ending: bytes.subarray(at) };
}

/** Where the parts of a message stand: byte offsets, quotes included. */
interface Parts {
  idStart: number;
  idEnd: number;
  typeStart: number;
  typeEnd: number;
  responseStart: number;
  responseEnd: number;
}

const afterId = /^,"type":("[^"\\]*"),"response":/;

function partsOf(line: Buffer): Parts | undefined {
  const message = parseMessage(line);
  if (message === undefined || line[line.length - 1] !== 0x7d) return undefined;
  const { idStart, idEnd } = message;
  const match = afterId.exec(line.toString('latin1', idEnd, idEnd + 300));
  if (match?.[1] === undefined) return undefined;
  const typeStart = idEnd + ',"type":'.length;
  return {
    idStart,
    idEnd,
    typeStart,
    typeEnd: typeStart + match[1].length,
    responseStart: idEnd + match[0].length,
    responseEnd: line.length - 1,
  };
}

export function withId(bytes: Buffer, id: string): Buffer | undefined {
  const { line } = cutEnding(bytes);
  const message = parseMessage(line);
  return message && splice(bytes, [message.idStart, message.idEnd], encodeGoString(id));
}

export function withType(bytes: Buffer, type: string): Buffer | undefined {
  const parts = partsOf(cutEnding(bytes).line);
  return parts && splice(bytes, [parts.typeStart, parts.typeEnd], encodeGoString(type));
}

export function withoutField(bytes: Buffer, field: Field): Buffer | undefined {
  const parts = partsOf(cutEnding(bytes).line);
  if (parts === undefined) return undefined;
  const { idStart, idEnd, typeEnd, responseEnd } = parts;
  if (field === 'invoke_id') return splice(bytes, [idStart - '"invoke_id":'.length, idEnd + 1], '');
  return field === 'type' ? splice(bytes, [idEnd, typeEnd], '') : splice(bytes, [typeEnd, responseEnd], '');
}

/** Puts a member at the end of the response. */
export function withMember(bytes: Buffer, member: string): Buffer | undefined {
  const parts = partsOf(cutEnding(bytes).line);
  if (parts === undefined) return undefined;
  const { responseStart, responseEnd } = parts;
  const at = responseEnd - 1;
  if (bytes[responseStart] !== 0x7b || bytes[at] !== 0x7d) return undefined;
  return splice(bytes, [at, at], at === responseStart + 1 ? member : `,${member}`);
}

/** Puts bytes in the place of others. */
export function splice(bytes: Buffer, [start, end]: readonly [number, number], text: string | Buffer): Buffer {
  return Buffer.concat([
    bytes.subarray(0, start),
    typeof text === 'string' ? Buffer.from(text) : text,
    bytes.subarray(end),
  ]);
}
