import type { DifyCommand } from './commands.ts';
import { root } from './commands.ts';

/** The command that a command line means, and what stands there beside its name. */
export interface FoundCommand {
  command: DifyCommand;
  /** From the root to itself. */
  path: readonly DifyCommand[];
  args: string[];
}

/**
 * Looks for the command, as the program's own library (cobra) does: flags may stand before its name.
 * @returns the word instead that should have been one
 */
export function findCommand(args: readonly string[]): FoundCommand | string {
  const above: DifyCommand[] = [];
  let command = root;
  let rest = [...args];
  for (;;) {
    const at = findWord(rest);
    const word = rest[at];
    const next = command.commands.find(({ name }) => name === word);
    if (next === undefined)
      return command === root && word !== undefined ? word : { command, path: [...above, command], args: rest };
    above.push(command);
    command = next;
    rest = rest.toSpliced(at, 1);
  }
}

/**
 * Where the first word stands that is no flag, nor a flag's value. No command above another has a flag that goes without
 * one, so that each takes the next word, `--help` and unknown ones too; not the last, which ends the search.
 */
function findWord(args: readonly string[]): number {
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '--') break;
    if (takesNext(word)) {
      if (args.length - at <= 2) break;
      at++;
    } else if (word !== '' && !word.startsWith('-')) return at;
  }
  return args.length;
}

/** Whether a flag's value is not in the same word. */
function takesNext(word: string): boolean {
  return (word.startsWith('--') || (word.startsWith('-') && Buffer.byteLength(word) === 2)) && !word.includes('=');
}
