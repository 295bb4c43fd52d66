import { parseJson } from '../../foundation/parse-json.ts';
import { RepriseError } from '../../foundation/reprise-error.ts';
import type { GivenFault } from './read-aim.ts';

/** A word, or a key with its value: bare, in single quotes as it is, or in double quotes as JSON has it. */
const word = /\s*(?:([\w-]+)=("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']*)|([^\s="']+))(?=\s|$)/y;

/**
 * Reads a fault as the command line has it: `stall at=response:3 text="two words"`.
 * @param source where it was given, for the error
 * @throws RepriseError `usage`
 */
export function parseSpec(text: string, source: string): GivenFault {
  const given: Record<string, unknown> = {};
  const spec = text.trim();
  word.lastIndex = 0;
  while (word.lastIndex < spec.length) {
    const at = word.lastIndex;
    const match = word.exec(spec);
    if (match === null) throw refuse(source, `'${spec.slice(at, at + 60).trim()}' can't be read`);
    const [, key, value = '', name] = match;
    if (name !== undefined) {
      if (given['fault'] !== undefined)
        throw refuse(source, `'${name.slice(0, 60)}' stands behind the fault's name without a key`);
      given['fault'] = name;
    } else if (key !== undefined) add(given, [key, unquote(value, source)], source);
  }
  return given;
}

function add(given: Record<string, unknown>, [key, value]: readonly [string, string], source: string): void {
  const before = Object.hasOwn(given, key) ? given[key] : undefined;
  if (key === 'where' && Array.isArray(before)) before.push(value);
  else if (key === 'where') given[key] = [value];
  else if (before !== undefined || key === 'fault') throw refuse(source, `\`${key.slice(0, 60)}\` is given twice`);
  else Object.defineProperty(given, key, { value, enumerable: true, configurable: true, writable: true });
}

function unquote(value: string, source: string): string {
  if (value.startsWith("'")) return value.slice(1, -1);
  if (!value.startsWith('"')) return value;
  const text = parseJson(value);
  if (typeof text !== 'string') throw refuse(source, `${value.slice(0, 60)} is no text in JSON`);
  return text;
}

function refuse(source: string, reason: string): RepriseError {
  return new RepriseError(
    'usage',
    `Failed to read ${source}: ${reason}. Write it as in \`stall at=response:3 action=invoke_llm\`, and values with spaces in quotes.`,
  );
}
