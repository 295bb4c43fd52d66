import type { DifyCommand, DifyFlag } from './commands.ts';
import { globalFlags, root } from './commands.ts';

/** The names of a command and those above it; a path begins with the root. */
export function nameOf(path: readonly DifyCommand[]): string {
  return path.map(({ name }) => name).join(' ');
}

/** What `--help` says, as the program's own library (cobra) words it. */
export function renderHelp(path: readonly DifyCommand[]): string {
  return `${lastOf(path).long}\n\n${renderUsage(path)}`;
}

/** How a command is used. */
export function renderUsage(path: readonly DifyCommand[]): string {
  const command = lastOf(path);
  const name = nameOf(path);
  const isRunnable = command.role !== 'group';
  const isRoot = path.length === 1;
  const line = [name, ...(command.argument === undefined ? [] : [command.argument]), '[flags]'].join(' ');
  const help: DifyFlag = { name: 'help', short: 'h', kind: 'bool', text: `help for ${command.name}` };
  const own = [...command.flags, help, ...(isRoot ? globalFlags : [])];
  return [
    `Usage:${isRunnable ? `\n  ${line}` : ''}${command.commands.length > 0 ? `\n  ${name} [command]` : ''}\n`,
    ...(command.commands.length > 0 ? [`Available Commands:\n${renderCommands(command.commands)}`] : []),
    `Flags:\n${renderFlags(own)}`,
    ...(isRoot ? [] : [`Global Flags:\n${renderFlags(globalFlags)}`]),
    ...(command.commands.length > 0 ? [`Use "${name} [command] --help" for more information about a command.\n`] : []),
  ].join('\n');
}

function lastOf(path: readonly DifyCommand[]): DifyCommand {
  return path.at(-1) ?? root;
}

function renderCommands(commands: readonly DifyCommand[]): string {
  return commands.map(({ name, short }) => `  ${name.padEnd(11)} ${short}\n`).join('');
}

/** By name, in one column; the texts in another. */
function renderFlags(flags: readonly DifyFlag[]): string {
  const heads = flags.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((flag) => ({ flag, head: renderHead(flag) }));
  const width = Math.max(...heads.map(({ head }) => head.length));
  return heads.map(({ flag, head }) => `${head.padEnd(width)}   ${flag.text}${renderUsually(flag)}\n`).join('');
}

function renderHead({ name, short, kind }: DifyFlag): string {
  return `${short === undefined ? '      ' : `  -${short}, `}--${name}${kind === 'bool' ? '' : ` ${kind}`}`;
}

function renderUsually({ usually, kind }: DifyFlag): string {
  if (usually === undefined) return '';
  return ` (default ${kind === 'string' ? JSON.stringify(usually) : usually})`;
}
