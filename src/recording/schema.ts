import { z } from 'zod';
import { formatName, formatVersion } from './header.ts';

// What a recording holds, in zod, from which the JSON Schema is made. The reader is by hand, since it must be quick; a
// test proves that both take and refuse the same lines. Unknown keys are allowed everywhere: a later minor version adds some.

const at = z.number().min(0).describe('Milliseconds since the recording began, with microsecond digits.');
const side = z.enum(['client', 'plugin']).describe('The end it came from.');
const connection = z.int().min(1).describe('The TCP connection, counted from 1; missing for stdio.');
const names = z.record(z.string(), z.string());

const header = z
  .looseObject({
    format: z.literal(formatName),
    version: z.literal(formatVersion),
    recorded_at: z.string().describe('ISO 8601, UTC.'),
    command: z.array(z.string()).describe('The command that was recorded, with its arguments.'),
    recorder: z.looseObject({ name: z.string(), version: z.string(), node: z.string(), platform: z.string() }),
  })
  .describe('The first line.')
  .meta({ id: 'header' });

const envelope = {
  at,
  from: side,
  connection: connection.optional(),
  stream: z.literal('stderr').optional().describe("A line of the plugin's stderr."),
  part: z.literal(true).optional().describe('More of the same line follows in the next line of the same channel.'),
  eol: z.enum(['', '\r\n']).optional().describe('How the line ended, where that is not `\\n`.'),
  event: z.never().optional(),
};
const none = z.never().optional();
const canonicalBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;

const message = z
  .union([
    z.looseObject({
      ...envelope,
      message: z.unknown().describe("The line's own bytes, which are JSON."),
      text: none,
      base64: none,
    }),
    z.looseObject({
      ...envelope,
      text: z.string().describe('The line, where it is not JSON.'),
      message: none,
      base64: none,
    }),
    z.looseObject({
      ...envelope,
      base64: z.string().regex(canonicalBase64).describe('The line, where it is not UTF-8.'),
      message: none,
      text: none,
    }),
  ])
  .describe('A line of the conversation. Its payload is its last key, which JSON Schema has no words for.')
  .meta({ id: 'message' });

const known = ['connect', 'disconnect', 'eof', 'signal', 'exit', 'about', 'end'] as const;

const event = z
  .union([
    z.looseObject({ at, event: z.literal('connect'), connection }),
    z.looseObject({
      at,
      event: z.literal('disconnect'),
      connection,
      from: side.optional(),
      reset: z.boolean().optional(),
    }),
    z.looseObject({
      at,
      event: z.literal('eof'),
      from: side,
      stream: z.enum(['stdin', 'stdout', 'stderr']).optional(),
      connection: connection.optional(),
    }),
    z.looseObject({ at, event: z.literal('signal'), from: side, signal: z.string() }),
    z.looseObject({ at, event: z.literal('exit'), code: z.int(), signal: z.string().optional() }),
    z.looseObject({ at, event: z.literal('exit'), code: none, signal: z.string() }),
    z.looseObject({
      at,
      event: z.literal('about'),
      transport: z.enum(['stdio', 'tcp']).optional(),
      response_format: z.enum(['json', 'text']).optional(),
      plugin: names.optional(),
      program: names.optional(),
      session: z.string().optional().describe('The test that it was recorded for.'),
      start: z.int().min(1).optional().describe('Which start of the plugin it was in that test.'),
      redaction: names
        .optional()
        .describe('`key`: the fingerprint of the key that placeholders were made with, which stand for secrets.'),
    }),
    z.looseObject({
      at,
      event: z.literal('end'),
      reason: z.string(),
      lines: z.int().min(1).describe('Lines before this one, the header included.'),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .describe('Of all bytes before this line.'),
    }),
    z.looseObject({
      at,
      event: z
        .string()
        .regex(new RegExp(`^(?!(?:${known.join('|')})$)`))
        .describe('An event of a later version.'),
    }),
  ])
  .describe('Something that happened.')
  .meta({ id: 'event' });

/** The first line of a recording. */
export const headerSchema = header;

/** Every other line; what stands in which order, and what stands twice, zod does not see. */
export const lineSchema = z.union([message, event]).meta({ id: 'line' });

/** The JSON Schema that is shipped: of any line of a recording, with each kind of line under `$defs`. */
export function createJsonSchema(): Record<string, unknown> {
  const any = z.union([header, lineSchema]);
  return {
    ...z.toJSONSchema(any, { unrepresentable: 'throw' }),
    title: 'A line of a reprise recording',
    description: 'A recording is JSON Lines: first a header, then messages and events. See docs/format.md.',
  };
}
