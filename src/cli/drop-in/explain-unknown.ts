import { distance } from 'fastest-levenshtein';
import type { DifyCommand } from './commands.ts';
import { root } from './commands.ts';

/** A name that differs by no more is suggested. */
const mostDifferences = 2;

/** What the program says of a command that it has not. */
export function explainUnknown(word: string): string {
  const names = root.commands.filter((command) => isLike(command, word)).map(({ name }) => `\t${name}\n`);
  const suggested = names.length === 0 ? '' : `\n\nDid you mean this?\n${names.join('')}`;
  return `Error: unknown command ${JSON.stringify(word)} for "${root.name}"${suggested}\nRun '${root.name} --help' for usage.\n`;
}

function isLike({ name }: DifyCommand, word: string): boolean {
  const [typed, known] = [word.toLowerCase(), name.toLowerCase()];
  return known.startsWith(typed) || distance(typed, known) <= mostDifferences;
}
