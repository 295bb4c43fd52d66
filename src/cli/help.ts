import { Command, Option } from 'commander';
import type { CommandSpec, OptionSpec } from '../foundation/option-spec.ts';
import { commandTable } from '../foundation/option-table.ts';
import { environmentName } from '../foundation/option-spec.ts';
import { packageVersion } from '../foundation/package-version.ts';
import { suggest } from '../foundation/suggest.ts';

/** Options of the program itself. */
const ownOptions = ['--version', '--help'];

/** More options than these stand under several headings. */
const mostInOne = 12;

/** Answers `--help` and `--version`, and tells what is wrong with a command that there is not. */
export function runHelp(name: string, rest: readonly string[]): number {
  if (name === '--version' || name === '-V' || name === 'version') return print(`reprise ${packageVersion}\n`);
  const isHelp = name === 'help' || name === '--help' || name === '-h';
  const wanted = name === 'help' ? rest[0] : isHelp ? undefined : name;
  const spec = commandTable.find((command) => command.name === wanted);
  if (spec !== undefined) return print(renderCommandHelp(spec));
  if (isHelp && wanted === undefined) return print(renderHelp());
  process.stderr.write(name === '' ? renderHelp() : `reprise: ${explainUnknown(wanted ?? name)}\n`);
  return 2;
}

/** The help of the whole program. */
function renderHelp(): string {
  const program = new Command('reprise').description(
    'Records Dify plugins, and plays them back as if they were there.',
  );
  program.helpCommand(true).version(packageVersion);
  for (const spec of commandTable) program.addCommand(createCommand(spec));
  return program.helpInformation();
}

/** The help of one command. */
function renderCommandHelp(spec: CommandSpec): string {
  return createCommand(spec).name(`reprise ${spec.name}`).helpInformation();
}

function createCommand(spec: CommandSpec): Command {
  const command = new Command(spec.name).description(spec.text).usage(spec.usage);
  for (const option of spec.options) {
    const made = createOption(option);
    if (spec.readsEnvironment === true) made.env(environmentName(option));
    if (spec.options.length > mostInOne && option.group !== undefined) made.helpGroup(`${option.group}:`);
    command.addOption(made);
  }
  return command;
}

function createOption(spec: OptionSpec): Option {
  const { flag, short, value, choices, usually, text } = spec;
  const names = `${short === undefined ? '' : `-${short}, `}--${flag}${value === undefined ? '' : ` <${value}>`}`;
  const option = new Option(
    names,
    usually === undefined || choices !== undefined ? text : `${text} (usually ${usually})`,
  );
  if (choices === undefined) return option;
  option.choices([...choices]);
  return usually === undefined ? option : option.default(usually);
}

function explainUnknown(name: string): string {
  if (name.startsWith('-')) return `There is no option '${name}'.${suggest(name, ownOptions)} See \`reprise --help\`.`;
  const names = commandTable.map((command) => command.name);
  return `There is no command '${name}'.${suggest(name, names)} See \`reprise --help\`.`;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
