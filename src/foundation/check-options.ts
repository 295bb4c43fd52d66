import type { OptionSpec } from './option-spec.ts';
import { mostSeed } from './option-spec.ts';
import { isJsonObject } from './parse-json.ts';
import { RepriseError } from './reprise-error.ts';

const longestValue = 200;

/** An option's name in the library: `maxGap` for `--max-gap`. */
export function libraryName({ flag, name }: Pick<OptionSpec, 'flag' | 'name'>): string {
  return name ?? flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Checks what a caller of the library gives, whom its types may not have reached: options of the table by their kinds,
 * and `others`, which have no flag, by name alone.
 * @throws RepriseError `usage`
 */
export function checkOptions(given: object, table: readonly OptionSpec[], others: readonly string[]): void {
  const specs = new Map(table.map((spec) => [libraryName(spec), spec]));
  for (const [name, value] of Object.entries(given)) {
    const spec = specs.get(name);
    if (spec === undefined && !others.includes(name)) {
      const known = [...specs.keys(), ...others].join(', ');
      throw new RepriseError(
        'usage',
        `Failed to read the options: there is no option \`${name}\`. There are ${known}.`,
      );
    }
    const wanted = spec === undefined || value === undefined ? undefined : explainWanted(spec, value);
    if (wanted !== undefined)
      throw new RepriseError('usage', `Failed to read \`${name}\`: ${describe(value)} is not allowed. Give ${wanted}.`);
  }
}

/** A value in few words, whatever it is: JSON.stringify does not take all. */
function describe(value: unknown): string {
  try {
    const text = JSON.stringify(value) ?? String(value);
    return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
  } catch {
    // Too deep, circular, or of a kind that JSON has not.
    return `a value of type ${typeof value}`;
  }
}

/** What a value should be, where it is not that. */
function explainWanted({ kind, choices = [] }: OptionSpec, value: unknown): string | undefined {
  const { fits, words } = kinds[kind];
  return fits(value, choices) ? undefined : (words ?? choices.join(' or '));
}

interface Kind {
  fits: (value: unknown, choices: readonly string[]) => boolean;
  words?: string;
}

const kinds: Record<OptionSpec['kind'], Kind> = {
  switch: { fits: (value) => typeof value === 'boolean', words: 'true or false' },
  text: { fits: isText, words: 'a text' },
  texts: { fits: (value) => Array.isArray(value) && value.every(isText), words: 'a list of texts' },
  path: { fits: isText, words: 'the path of a file' },
  choice: { fits: (value, choices) => choices.some((choice) => choice === value) },
  milliseconds: { fits: (value) => typeof value === 'number' && value >= 0, words: 'a number of milliseconds' },
  port: {
    fits: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 65_536,
    words: 'a port from 0 to 65535; 0 is any',
  },
  seed: {
    fits: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= mostSeed,
    words: `a whole number from 0 to ${mostSeed}`,
  },
  faults: {
    fits: (value) => Array.isArray(value) && value.every((one) => isText(one) || isJsonObject(one)),
    words: "a list of faults, such as { fault: 'stall' } or 'stall at=response:3'",
  },
};

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
