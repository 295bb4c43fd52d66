import { z } from 'zod';
import { journalFormat, journalVersion } from './journal-entry.ts';

// The lines of a journal, in zod, from which the JSON Schema is made. Unknown keys are allowed everywhere: a later minor
// version adds some. A test holds the journals of real replays against it.

const at = z.number().min(0).describe('Milliseconds since the replay began, with microsecond digits.');
const asked = z.int().min(1).describe('Which line of a client it was, counted from 1 over the replay.');
const connection = z.int().min(1).optional().describe('The TCP connection, counted from 1; missing for stdio.');
const recording = z.string().describe("The recording's absolute path.");
const invocation = z.int().min(1).describe('The number of the recorded line, counted from 1 over its session.');
const none = z.never().optional();

const header = z
  .looseObject({
    format: z.literal(journalFormat),
    version: z.literal(journalVersion),
    started_at: z.string().describe('ISO 8601, UTC.'),
    pid: z.int(),
    session: z.string().optional().describe('What was being tested.'),
    recordings: z.array(z.string()).describe('Absolute paths.'),
    options: z.looseObject({}).describe('How requests are matched and answered.'),
    faults: z.array(z.string()).optional().describe('What was to go wrong, as the command line has it.'),
    seed: z.int().min(0).optional().describe('The seed of all that is random in it.'),
  })
  .describe('The first line.')
  .meta({ id: 'header' });

const difference = z
  .looseObject({
    path: z.string().describe('A JSON pointer into the message.'),
    recorded: z.json().optional().describe('What stood there; missing where nothing did, or where it is large.'),
    recorded_start: z.string().optional().describe('The beginning of the JSON of a large value.'),
    received: z.json().optional(),
    received_start: z.string().optional(),
    text: z.string().describe('The difference in words.'),
  })
  .meta({ id: 'difference' });

const near = z
  .looseObject({
    recording,
    invocation,
    differences: z.array(difference),
    difference_count: z.int().min(0).describe('How many there are; only the first are told.'),
    remedy: z.string().optional().describe('The options that would have made it match, as a shell takes them.'),
    accept: z
      .looseObject({ ignore: z.array(z.string()), match: z.array(z.string()), secrets: z.literal('any').optional() })
      .optional()
      .describe('The same, as they stand in reprise.config.json.'),
  })
  .meta({ id: 'near' });

const line = { at, asked, connection, id: z.string(), sent: none, fault: none, event: none };
const kind = { type: z.string(), action: z.string() };

const matched = z
  .looseObject({
    ...line,
    ...kind,
    matched: z.looseObject({
      recording,
      invocation,
      use: z.int().min(1).describe('How often the invocation has been given, this time included.'),
      secrets: z
        .record(z.string(), z.enum(['same', 'any']))
        .optional()
        .describe('Where secrets were recorded, by JSON pointers into the message: the same secret came, or any.'),
    }),
    missed: none,
    refused: none,
  })
  .describe('A request that found a recorded invocation.')
  .meta({ id: 'matched' });

const missed = z
  .looseObject({
    ...line,
    ...kind,
    missed: z.looseObject({
      reason: z.enum(['unknown', 'exhausted', 'order', 'not-started']),
      text: z.string().describe('What the client was told.'),
      request: z.json().optional().describe('The request, with texts under secret names masked.'),
      request_start: z.string().optional().describe('The beginning of a large one.'),
      near: z.array(near).describe('The nearest recorded ones, the nearest first.'),
    }),
    matched: none,
    refused: none,
  })
  .describe('A request that found none.')
  .meta({ id: 'missed' });

const passed = z
  .looseObject({ ...line, ...kind, passed: z.literal(true), matched: none, missed: none, refused: none })
  .describe('A request that was not known, and was passed on to the program itself.')
  .meta({ id: 'passed' });

const refused = z
  .looseObject({ ...line, refused: z.string().describe("Why, in the program's words."), matched: none, missed: none })
  .describe('A line that is no request.')
  .meta({ id: 'refused' });

const sent = z
  .looseObject({
    at,
    sent: z.string().describe('What it was: acknowledgement, response, error, end, …'),
    asked: asked.optional(),
    connection,
    bytes: z.int().min(0),
    late: z.number().min(0).describe('Milliseconds after it was due.'),
    fault: none,
    event: none,
  })
  .describe('A message that was sent.')
  .meta({ id: 'sent' });

const fault = z
  .looseObject({
    at,
    fault: z.string().describe('As the command line has it.'),
    place: z.string().describe('What was due: response 3, ready, …'),
    asked: asked.optional(),
    connection,
    sent: none,
    event: none,
  })
  .describe('A fault has acted.')
  .meta({ id: 'fault' });

const end = z
  .looseObject({ at, event: z.literal('end'), code: z.int().optional(), signal: z.string().optional() })
  .describe('The replay ended; a journal without it was cut off.')
  .meta({ id: 'end' });

/** The first line of a journal. */
export const journalHeaderSchema = header;

/** Every other line. */
export const journalEntrySchema = z.union([matched, missed, passed, refused, sent, fault, end]).meta({ id: 'entry' });

/** The JSON Schema that is shipped: of any line of a journal, with each kind of line under `$defs`. */
export function createJournalJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(z.union([header, journalEntrySchema]), { unrepresentable: 'throw' }),
    title: 'A line of a reprise journal',
    description: 'A journal is JSON Lines: first a header, then what was asked and sent. See docs/journal.md.',
  };
}
