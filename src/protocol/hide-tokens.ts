import { sayCharacters } from '../foundation/characters.ts';
import { findShapes } from '../foundation/find-shapes.ts';

/** A text in which what is written as a token is told by its length. */
export function hideTokens(text: string): string {
  let result = '';
  let done = 0;
  for (const { start, end } of findShapes(text)) {
    result += `${text.slice(done, start)}[secret of ${sayCharacters(text.slice(start, end))}]`;
    done = end;
  }
  return done === 0 ? text : result + text.slice(done);
}
