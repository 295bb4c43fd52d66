import { parseEnvelope } from '../../src/recording/envelope.ts';
import { parseHeader } from '../../src/recording/header.ts';
import { headerSchema, lineSchema } from '../../src/recording/schema.ts';
import { shippedSchema } from './schemas.ts';

const isHeaderByJsonSchema = shippedSchema('recording', 'header');
const isLineByJsonSchema = shippedSchema('recording', 'line');

/** Who takes a line. */
export interface Verdict {
  reader: boolean;
  zod: boolean;
  jsonSchema: boolean;
}

export function judgeLine(text: string | Buffer): Verdict {
  const bytes = Buffer.from(text);
  const reader = typeof parseEnvelope(bytes, { line: 2, base: 0 }, true) !== 'string';
  const value = parseJson(bytes);
  if (value === undefined) return { reader, zod: false, jsonSchema: false };
  return { reader, zod: lineSchema.safeParse(value).success, jsonSchema: isLineByJsonSchema(value) };
}

export function judgeHeader(text: string): Verdict {
  const value = parseJson(Buffer.from(text));
  const zod = value !== undefined && headerSchema.safeParse(value).success;
  return { reader: isHeader(text), zod, jsonSchema: value !== undefined && isHeaderByJsonSchema(value) };
}

function isHeader(text: string): boolean {
  try {
    parseHeader(text, 'file');
    return true;
  } catch {
    // Refused, for whatever reason.
    return false;
  }
}

/** JSON in UTF-8, as every reader of a schema has it before it. */
function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    // Neither can be shown to a schema.
    return undefined;
  }
}

export const taken: Verdict = { reader: true, zod: true, jsonSchema: true };
export const refused: Verdict = { reader: false, zod: false, jsonSchema: false };
