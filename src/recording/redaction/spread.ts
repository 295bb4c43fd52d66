import { isAlphanumeric, isBoundary } from '../../foundation/find-shapes.ts';

/** A shorter secret would be found where it is not meant. */
const shortestSpread = 8;
/** A longer one is replaced where it stood, and not looked for again. */
const longestSpread = 64 << 10;
/** What is set, said and asked everywhere: nobody would learn a secret from it, and a text without it could not be read. */
const common = new Set(
  'password passwords passphrase username changeme postgres postgresql rabbitmq localhost anonymous administrator credential credentials authorization authenticate authentication bearer required optional disabled enabled function production development staging testing question questions received request response unknown undefined default standard internal external application assistant document'.split(
    ' ',
  ),
);
/** A word, or a number: as a part of another it is another one. */
const wordlike = /^(?:[A-Za-z]?[a-z]{1,11}|[A-Z]{1,12}|\d{1,12})$/;
/** A date, or where a server is. */
const told = /^\d{4}-\d{2}-\d{2}(?:[T ][\d:.Z+-]*)?$|^https?:\/\/[\w.-]+(?::\d+)?\/?$/;
const oneCharacter = /^(.)\1*$/su;

/** Whether a secret is to be looked for wherever it may come again. */
export function isSpreadable(value: string, kind: string): boolean {
  if (value.length > longestSpread || Array.from(value.slice(0, 2 * shortestSpread)).length < shortestSpread)
    return false;
  if (common.has(value.toLowerCase()) || oneCharacter.test(value)) return false;
  if (told.test(value)) return false;
  // What a model says word by word stands under `token`, too.
  return !/^tokens?$/i.test(kind) || !/^ [A-Za-z]+$/.test(value);
}

/** Whether a secret is only meant where it stands as a word of its own. */
export function isWordlike(value: string): boolean {
  return wordlike.test(value);
}

/** Whether no word goes on before or behind a part of a text. */
export function isWholeWord(text: string, start: number, end: number): boolean {
  return isBoundary(text, start) && !(isAlphanumeric(text.charCodeAt(end - 1)) && isAlphanumeric(text.charCodeAt(end)));
}
