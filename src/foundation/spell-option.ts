import { environmentName } from './option-spec.ts';

/** How options are given: as flags on a command line, or as variables in the environment. */
export type Spelling = 'flags' | 'variables';

/** An option as a shell takes it: `--on-miss hang`, or `REPRISE_ON_MISS=hang`; of a list, one value a line. */
export function spellOption(flag: string, values: readonly string[], spelling: Spelling = 'flags'): string {
  if (spelling === 'flags') return values.map((value) => `--${flag} ${quoteWord(value)}`).join(' ');
  const [first = '', ...others] = values;
  const text = others.length === 0 ? quoteWord(first) : `$'${values.map(escape).join('\\n')}'`;
  return `${environmentName({ flag })}=${text}`;
}

/** A word as a shell takes it, so that a command which people are told can be copied: in quotes only where it has to be. */
export function quoteWord(value: string): string {
  return /^[\w/~.=:@-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

/** Between `$'` and `'`, as bash and zsh read it. */
function escape(value: string): string {
  return value.replace(/[\\']/g, '\\$&');
}
