import { parseJson } from '../foundation/parse-json.ts';

/** A longer error is a payload, not an explanation. */
const longestError = 1 << 20;
const longestText = 500;

/**
 * What an `error` line of the plugin's says, in short: of an exception, its type and message.
 * @returns undefined where the line is no error
 */
export function explainErrorLine(line: Buffer): string | undefined {
  if (line.length > longestError) return undefined;
  const error = fieldOf(fieldOf(parseJson(line.toString()), 'response'), 'error');
  if (typeof error !== 'string') return undefined;
  const exception = error.startsWith('{') ? parseJson(error) : undefined;
  const [type, message] = [fieldOf(exception, 'error_type'), fieldOf(exception, 'message')];
  const text = typeof type === 'string' && typeof message === 'string' ? `${type}: ${message}` : error;
  return Buffer.from(text.slice(0, longestText)).toString(); // a copy: a part would hold the whole line in memory
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(key)
    : undefined;
}
