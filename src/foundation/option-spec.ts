/** One option of the command line: everything that is known of it, for parsing, help, documentation and the environment. */
export interface OptionSpec {
  /** The long flag without its dashes. */
  flag: string;
  /** One letter. */
  short?: string;
  /** A `path` names a file or folder; `texts` and `faults` can be given again and again. */
  kind: 'switch' | 'text' | 'texts' | 'path' | 'choice' | 'milliseconds' | 'port' | 'seed' | 'faults';
  /** What stands for its value in the help, for all but switches. */
  value?: string;
  choices?: readonly string[];
  /** Its name in the library, where that is not made of the flag's words. */
  name?: string;
  /** What holds where nothing is given, in words. */
  usually?: string;
  /** Under which heading it stands in a long help. @default the usual ones */
  group?: 'Pace and place' | 'Matching' | 'Faults' | 'Journal and report' | 'Recording';
  /** Whether it can stand in `reprise.config.json`. */
  inConfig?: true;
  text: string;
}

/** One command of the command line. */
export interface CommandSpec {
  name: string;
  /** What follows the name in the usage line. */
  usage: string;
  text: string;
  options: readonly OptionSpec[];
  /** Whether `--` begins a command of its own, as for `record`. */
  takesCommand?: boolean;
  /** Whether its options can come from the environment, for those that are started by a client. */
  readsEnvironment?: boolean;
}

/** Whether an option can be given again and again. */
export function isList({ kind }: Pick<OptionSpec, 'kind'>): boolean {
  return kind === 'texts' || kind === 'faults';
}

/** The largest seed: a number that people can still copy. */
export const mostSeed = 2 ** 32 - 1;

/** The environment variable that stands for a flag: `REPRISE_MAX_GAP` for `--max-gap`. */
export function environmentName({ flag }: Pick<OptionSpec, 'flag'>): string {
  return `REPRISE_${flag.toUpperCase().replaceAll('-', '_')}`;
}
