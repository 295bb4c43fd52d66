import { parseArgs } from 'node:util';
import type { CommandSpec, OptionSpec } from './option-spec.ts';
import { environmentName, isList, mostSeed } from './option-spec.ts';
import { RepriseError, reasonOf } from './reprise-error.ts';

/** An option's value, of the type that its kind has. */
type OptionValue = string | number | boolean | readonly string[];

/** What a command line says: values by flag, and the words that are no flags. */
export interface ReadOptions {
  values: Readonly<Record<string, OptionValue | undefined>>;
  words: string[];
  /** The flags that stand on the command line. */
  given: string[];
  /** What stands behind `--`. */
  command: string[];
}

/**
 * Reads a command line by the option table; where the command reads the environment, that gives what is left out.
 * @throws RepriseError `usage`, with the flag, the value, and what is allowed
 */
export function readOptions(spec: CommandSpec, args: readonly string[], env: NodeJS.ProcessEnv = {}): ReadOptions {
  const dashes = spec.takesCommand === true ? args.indexOf('--') : -1;
  const own = dashes < 0 ? args : args.slice(0, dashes);
  const { values, positionals } = parse(spec, own);
  const read: Record<string, OptionValue | undefined> = {};
  for (const option of spec.options) {
    const given = values[option.flag];
    const name = environmentName(option);
    const fromEnvironment = spec.readsEnvironment === true && env[name] !== '' ? env[name] : undefined;
    if (isList(option)) read[option.flag] = [...linesOf(fromEnvironment), ...textsOf(given)];
    else if (given !== undefined) read[option.flag] = parseValue(option, given, `--${option.flag}`);
    else if (fromEnvironment !== undefined) read[option.flag] = parseValue(option, fromEnvironment, name);
  }
  return {
    values: read,
    words: positionals,
    given: Object.keys(values),
    command: dashes < 0 ? [] : args.slice(dashes + 1),
  };
}

/** A list in the environment has one a line. */
function linesOf(text = ''): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function textsOf(given: Given | undefined): string[] {
  return Array.isArray(given) ? given.map(String) : [];
}

/** What parseArgs makes of an option: a list where it can be repeated. */
type Given = string | boolean | (string | boolean)[];

function parse(
  spec: CommandSpec,
  args: readonly string[],
): { values: Record<string, Given | undefined>; positionals: string[] } {
  if (args.length === 0) return { values: {}, positionals: [] }; // the drop-in's, which takes a millisecond to parse
  const options = Object.fromEntries(
    spec.options.map(({ flag, short, kind }) => [
      flag,
      {
        type: kind === 'switch' ? ('boolean' as const) : ('string' as const),
        multiple: isList({ kind }),
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const reason = reasonOf(error)
      .replace(/\. To specify a positional argument.*$/, '')
      .replace(/\.$/, '');
    throw new RepriseError(
      'usage',
      `Failed to read the options of ${spec.name}: ${reason}. See \`reprise ${spec.name} --help\`.`,
      { cause: error },
    );
  }
}

function parseValue({ kind, choices = [] }: OptionSpec, given: Given, name: string): OptionValue {
  if (kind === 'switch') return given === true || (given !== false && isYes(String(given), name));
  const text = String(given);
  if (kind === 'choice' && !choices.includes(text)) throw refuse(name, text, `Give ${choices.join(' or ')}.`);
  if (kind === 'milliseconds' && !/^\d+(\.\d+)?$/.test(text))
    throw refuse(name, text, 'Give a number of milliseconds.');
  if (kind === 'port' && !(/^\d{1,5}$/.test(text) && Number(text) < 65_536))
    throw refuse(name, text, 'Give a port from 0 to 65535; 0 is any.');
  if (kind === 'seed' && !(/^\d{1,10}$/.test(text) && Number(text) <= mostSeed))
    throw refuse(name, text, `Give a whole number from 0 to ${mostSeed}.`);
  if ((kind === 'text' || kind === 'path') && text === '') throw refuse(name, text, 'Give a value.');
  return kind === 'milliseconds' || kind === 'port' || kind === 'seed' ? Number(text) : text;
}

/** A switch in the environment. */
function isYes(text: string, name: string): boolean {
  if (['1', 'true', 'yes'].includes(text)) return true;
  if (['0', 'false', 'no'].includes(text)) return false;
  throw refuse(name, text, 'Give 1 or 0.');
}

function refuse(name: string, value: string, advice: string): RepriseError {
  return new RepriseError('usage', `Failed to read \`${name}\`: '${value}' is not allowed. ${advice}`);
}
