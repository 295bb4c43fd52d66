import type { TokenShape } from './token-shapes.ts';
import { tokenShapes } from './token-shapes.ts';

/** A secret in a text: from where to where, and of what kind. */
export interface FoundSecret {
  start: number;
  end: number;
  kind: string;
}

/** So much of each beginning tells beginnings apart. */
const keyLength = 3;

const shapesByKey = groupByKey();
const anyStart = new RegExp([...shapesByKey.keys()].map(escapePattern).join('|'), 'g');
/** The first three characters of all beginnings: where one stands, a secret may begin. */
export const shapeBeginnings: readonly string[] = [...shapesByKey.keys()];
/** What is a letter only because it is written so: `\n`, `\u0026` and `%3D` before a token. */
const escapeBefore = /(?:\\[bfnrt]|\\u[\da-fA-F]{4}|%[\da-fA-F]{2})$/;
const longestEscape = 6;

/**
 * Finds what is written as a token is, in one pass, in any text: bytes of a recording as Latin-1 too, whatever the
 * notation they are escaped in. Takes time in proportion to the text.
 */
export function findShapes(text: string): FoundSecret[] {
  const found: FoundSecret[] = [];
  anyStart.lastIndex = 0;
  for (let candidate = anyStart.exec(text); candidate !== null; candidate = anyStart.exec(text)) {
    const at = candidate.index;
    const secret = shapeAt(text, at, shapesByKey.get(candidate[0]) ?? []);
    if (secret !== undefined) found.push(secret);
    anyStart.lastIndex = secret?.end ?? at + 1;
  }
  return found;
}

/** A text with something else in the place of what is written as a token. */
export function replaceShapes(text: string, write: (secret: string) => string): string {
  let [result, done] = ['', 0];
  for (const { start, end } of findShapes(text)) {
    result += text.slice(done, start) + write(text.slice(start, end));
    done = end;
  }
  return result + text.slice(done);
}

/** The token that begins at `at`, or whose beginning does. */
export function findShapeAt(text: string, at: number): FoundSecret | undefined {
  const shapes = shapesByKey.get(text.slice(at, at + keyLength));
  return shapes && shapeAt(text, at, shapes);
}

function shapeAt(text: string, at: number, shapes: readonly TokenShape[]): FoundSecret | undefined {
  for (const { kind, start, shape, isReal } of shapes) {
    if (!start.some((one) => text.startsWith(one, at))) continue;
    if (!isBoundary(text, at)) return undefined;
    shape.lastIndex = at;
    const match = shape.exec(text);
    if (match === null) continue;
    const end = at + match[0].length;
    const secret = match[1];
    if (isReal?.(secret ?? match[0]) === false) continue;
    if (secret === undefined) return { start: at, end, kind };
    // The secret part ends its shape, but for an `@`.
    const from = at + match[0].lastIndexOf(secret);
    return { start: from, end: from + secret.length, kind };
  }
  return undefined;
}

/** Whether a word begins at a place, or none stands there. */
export function isBoundary(text: string, at: number): boolean {
  if (at === 0 || !isAlphanumeric(text.charCodeAt(at)) || !isAlphanumeric(text.charCodeAt(at - 1))) return true;
  return escapeBefore.test(text.slice(Math.max(0, at - longestEscape), at));
}

export function isAlphanumeric(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39);
}

function groupByKey(): Map<string, TokenShape[]> {
  const groups = new Map<string, TokenShape[]>();
  for (const shape of tokenShapes)
    for (const key of new Set(shape.start.map((start) => start.slice(0, keyLength)))) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [shape]);
      else group.push(shape);
    }
  return groups;
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.\\/+]/g, String.raw`\$&`);
}
