import type { DifyCommand } from './commands.ts';
import { globalFlags, root } from './commands.ts';
import { isFlag, takesNext } from './parse-flags.ts';
import type { CommandPath } from './usage.ts';

/** The command that a command line means, and what stands there beside its name. */
export interface FoundCommand {
  command: DifyCommand;
  path: CommandPath;
  args: string[];
}

/**
 * Looks for the command, as the program's own library (cobra) does: flags may stand before its name.
 * @returns the word instead that should have been one
 */
export function findCommand(args: readonly string[]): FoundCommand | string {
  let command = root;
  let path: CommandPath = [root];
  let rest = [...args];
  for (;;) {
    const at = findWord(rest);
    const word = rest[at];
    const next = command.commands.find(({ name }) => name === word);
    if (next === undefined) return command === root && word !== undefined ? word : { command, path, args: rest };
    command = next;
    path = [...path, next];
    rest = rest.toSpliced(at, 1);
  }
}

/** Where the first word stands that is no flag, nor a flag's value. */
function findWord(args: readonly string[]): number {
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '--') return args.length;
    if (!isFlag(word)) return at;
    if (takesNext(word, globalFlags)) at++;
  }
  return args.length;
}
