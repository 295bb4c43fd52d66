import { RepriseError } from '../foundation/reprise-error.ts';

/** One step of a pattern: a key or an index, any of them, or any number of them. */
export type PathSegment = { kind: 'key'; key: string } | { kind: 'any' } | { kind: 'deep' };

/** A longer one was not written by a person. */
const longestPattern = 2000;

/**
 * Reads a path into a request: a JSON pointer (RFC 6901), in which `*` stands for any one key or index and `**` for any
 * number of them, none included. A key that is a star is written `~2`.
 *
 * @param name what the path was given as, for the error: `--ignore`
 * @param roots what paths may begin with
 * @throws RepriseError `usage`
 * @example
 * parsePathPattern('/request/**\/id', '--ignore');
 */
export function parsePathPattern(text: string, name: string, roots: readonly string[] = ['request']): PathSegment[] {
  const reason = explainBadPath(text, roots);
  if (reason !== undefined) throw new RepriseError('usage', `Failed to read \`${name}\`: '${shorten(text)}' ${reason}`);
  const segments = text
    .slice(1)
    .split('/')
    .map((segment): PathSegment => {
      if (segment === '*') return { kind: 'any' };
      return segment === '**' ? { kind: 'deep' } : { kind: 'key', key: unescapeKey(segment) };
    });
  // Two in a row say no more than one.
  return segments.filter(({ kind }, index) => kind !== 'deep' || segments[index - 1]?.kind !== 'deep');
}

/** The pattern that leads to just one place, of its pointer. */
export function patternOf(pointer: string): string {
  return pointer.replace(/(?<=\/)\*{1,2}(?=\/|$)/g, (stars) => '~2'.repeat(stars.length));
}

/** A key as it stands in a pointer. */
export function escapeKey(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The key that a part of a pointer means. */
export function unescapeKey(segment: string): string {
  return segment.replaceAll('~2', '*').replaceAll('~1', '/').replaceAll('~0', '~');
}

function explainBadPath(text: string, roots: readonly string[]): string | undefined {
  const first = /^\/([^/]*)/.exec(text)?.[1];
  if (first === undefined) return "is no path, which begins with '/'. Give one such as /request/user_id.";
  if (text.length > longestPattern) return `is longer than ${longestPattern} characters. Use \`*\` and \`**\`.`;
  if (/[,;\s]\/request(?:\/|$)/.test(text))
    return 'has several paths in it. Give one at a time; in the environment, one a line.';
  if (/~(?![012])/.test(text)) return "has a '~' that is not ~0 (for ~), ~1 (for /) or ~2 (for *). Write it so.";
  if (first === 'invoke_id') return 'is never compared anyway. Leave it out.';
  if (first === 'type' || first === 'action')
    return 'is always compared: it tells what is asked for. Paths lead into /request.';
  if (![...roots, '*', '**'].includes(first))
    return `leads nowhere: paths begin with ${roots.map((root) => `/${root}`).join(' or ')}. Write it so.`;
  return undefined;
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
