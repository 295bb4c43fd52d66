import { responseFormats, transportModes, unfinishedPolicies } from './choices.ts';

/** One option of the command line: everything that is known of it, for parsing, help, documentation and the environment. */
export interface OptionSpec {
  /** The long flag without its dashes. */
  flag: string;
  /** One letter. */
  short?: string;
  kind: 'switch' | 'text' | 'choice' | 'milliseconds' | 'port';
  /** What stands for its value in the help, for all but switches. */
  value?: string;
  choices?: readonly string[];
  /** What holds where nothing is given, in words. */
  usually?: string;
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

const json: OptionSpec = { flag: 'json', kind: 'switch', text: 'JSON for programs instead of a table' };
const quiet: OptionSpec = { flag: 'quiet', short: 'q', kind: 'switch', text: 'say nothing on stderr but errors' };

/** What `replay` takes, and the library with it. */
export const replayOptions: readonly OptionSpec[] = [
  {
    flag: 'mode',
    short: 'm',
    kind: 'choice',
    value: 'MODE',
    choices: transportModes,
    usually: 'stdio',
    text: 'how it is spoken to, whatever mode was recorded',
  },
  {
    flag: 'response-format',
    short: 'r',
    kind: 'choice',
    value: 'FORMAT',
    choices: responseFormats,
    usually: 'json',
    text: 'the format of its messages',
  },
  {
    flag: 'pace',
    kind: 'text',
    value: 'PACE',
    usually: 'recorded',
    text: 'how recorded gaps become waits: recorded, instant, or a speed such as 2x or 0.5x',
  },
  {
    flag: 'max-gap',
    kind: 'milliseconds',
    value: 'MS',
    usually: 'none',
    text: 'no wait between two messages of an invocation is longer',
  },
  {
    flag: 'startup-gap',
    kind: 'milliseconds',
    value: 'MS',
    usually: '250, or 0 at instant pace',
    text: 'no wait during start-up is longer',
  },
  {
    flag: 'host',
    kind: 'text',
    value: 'ADDRESS',
    usually: '127.0.0.1 and ::1',
    text: 'the address to listen on in TCP mode; 0.0.0.0 for a container',
  },
  { flag: 'port', kind: 'port', value: 'N', usually: '0, any', text: 'the port to listen on in TCP mode' },
  {
    flag: 'on-unfinished',
    kind: 'choice',
    value: 'POLICY',
    choices: unfinishedPolicies,
    usually: 'hang',
    text: 'what an invocation does that never ended in the recording: nothing more, or an error that says so',
  },
  {
    flag: 'exit-on-eof',
    kind: 'switch',
    text: 'the end of stdin ends it, once all is answered; the program itself goes on',
  },
];

/** Every command, in the order of the help. */
export const commandTable = [
  {
    name: 'record',
    usage: '[-o FILE] [--force] -- COMMAND…',
    text: 'Records a session of COMMAND, in either mode, and changes nothing of it.',
    takesCommand: true,
    options: [
      {
        flag: 'output',
        short: 'o',
        kind: 'text',
        value: 'FILE',
        usually: 'recordings/PLUGIN-TIME.jsonl',
        text: 'where the recording goes',
      },
      { flag: 'force', kind: 'switch', text: 'overwrite the file if it exists' },
      quiet,
    ],
  },
  {
    name: 'replay',
    usage: 'RECORDING… [options]',
    text: 'Is the plugin that was recorded, over stdio or TCP.',
    readsEnvironment: true,
    options: replayOptions,
  },
  {
    name: 'inspect',
    usage: 'RECORDING [N] [--json]',
    text: 'Shows a recording to people: its invocations in a table, or invocation N line by line.',
    options: [json],
  },
  {
    name: 'check',
    usage: 'RECORDING…',
    text: 'Tells whether recordings are valid, sealed, and in the order of the protocol.',
    options: [json],
  },
] as const satisfies readonly CommandSpec[];

export type CommandName = (typeof commandTable)[number]['name'];

/** The environment variable that stands for a flag: `REPRISE_MAX_GAP` for `--max-gap`. */
export function environmentName({ flag }: Pick<OptionSpec, 'flag'>): string {
  return `REPRISE_${flag.toUpperCase().replaceAll('-', '_')}`;
}
