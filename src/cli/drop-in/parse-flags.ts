import type { DifyFlag } from './commands.ts';

/** What a command line says: values by flag, and the words that are no flags. */
export interface ParsedFlags {
  values: ReadonlyMap<string, string>;
  words: string[];
}

const help: DifyFlag = { name: 'help', short: 'h', kind: 'bool', text: '' };
const booleans = new Set(['1', 't', 'T', 'TRUE', 'true', 'True', '0', 'f', 'F', 'FALSE', 'false', 'False']);

/** A word that is taken for a flag; everything else is an argument. */
function isFlag(word: string): boolean {
  return word.length > 1 && word.startsWith('-');
}

/**
 * Parses as the program's own library does (pflag): flags anywhere, `--name value`, `--name=value`, `-n value`, `-nvalue`,
 * `-n=value`, `-ln value`, and `--` before words that are no flags.
 * @returns what was said, or the library's text for what is wrong
 */
export function parseFlags(args: readonly string[], own: readonly DifyFlag[]): ParsedFlags | string {
  const flags = [...own, help];
  const values = new Map<string, string>();
  const words: string[] = [];
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      words.push(...rest);
      break;
    }
    if (!isFlag(word)) {
      words.push(word);
      continue;
    }
    const fault = word.startsWith('--')
      ? readLong(word, { flags, values, rest })
      : readShort(word, { flags, values, rest });
    if (fault !== undefined) return fault;
  }
  return { values, words };
}

/** Where flags come from, and go to. */
interface Reading {
  flags: readonly DifyFlag[];
  values: Map<string, string>;
  /** The words that follow. */
  rest: string[];
}

function readLong(word: string, { flags, values, rest }: Reading): string | undefined {
  const text = word.slice(2);
  if (/^[-=]/.test(text)) return `bad flag syntax: ${word}`;
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const flag = flags.find((one) => one.name === name);
  if (flag === undefined) return `unknown flag: --${name}`;
  const value = equals >= 0 ? text.slice(equals + 1) : flag.kind === 'bool' ? 'true' : rest.shift();
  return value === undefined ? `flag needs an argument: ${word}` : set(flag, value, values);
}

function readShort(word: string, { flags, values, rest }: Reading): string | undefined {
  for (let letters = word.slice(1); letters !== '';) {
    const [letter = ''] = letters;
    const flag = flags.find(({ short }) => short === letter);
    if (flag === undefined) return `unknown shorthand flag: '${letter}' in -${letters}`;
    const isGiven = letters.length > 2 && letters[1] === '=';
    const isSwitch = flag.kind === 'bool' && !isGiven;
    const value = isGiven ? letters.slice(2) : isSwitch ? 'true' : letters.length > 1 ? letters.slice(1) : rest.shift();
    if (value === undefined) return `flag needs an argument: '${letter}' in -${letters}`;
    const fault = set(flag, value, values);
    if (fault !== undefined) return fault;
    letters = isSwitch ? letters.slice(1) : '';
  }
  return undefined;
}

function set({ name, short, kind }: DifyFlag, value: string, values: Map<string, string>): string | undefined {
  const isRight = kind === 'string' || (kind === 'bool' ? booleans.has(value) : /^[-+]?\d+$/.test(value));
  if (isRight) {
    values.set(name, value);
    return undefined;
  }
  const parser = kind === 'bool' ? 'ParseBool' : 'ParseInt';
  const shown = short === undefined ? `--${name}` : `-${short}, --${name}`;
  return `invalid argument ${JSON.stringify(value)} for ${JSON.stringify(shown)} flag: strconv.${parser}: parsing ${JSON.stringify(value)}: invalid syntax`;
}
