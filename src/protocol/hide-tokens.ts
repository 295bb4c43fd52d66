import { sayCharacters } from '../foundation/characters.ts';
import { replaceShapes } from '../foundation/find-shapes.ts';

/** A text in which what is written as a token is told by its length. */
export function hideTokens(text: string): string {
  return replaceShapes(text, (secret) => `[secret of ${sayCharacters(secret)}]`);
}
