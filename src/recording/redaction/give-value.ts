import { schemeNames } from './header-value.ts';
import { isPath, isStandIn, isUnreadable } from './loose-values.ts';
import type { QuotedText } from './quoted-text.ts';
import { decodeQuoted } from './quoted-text.ts';

/** A value that stands under a secret name. */
export interface NamedValue {
  kind: string;
  /** -1 where it has no place of its own: it may come alone elsewhere. */
  start: number;
  end: number;
  /** What it means, its escapes undone. */
  value: string;
}

export type TakeValue = (value: NamedValue) => void;

const scheme = new RegExp(String.raw`^(?:${schemeNames})(?:\s|%20|\+)+(?=\S)`, 'i');
const schemeAlone = new RegExp(String.raw`^(?:${schemeNames})\s*$`, 'i');
const cookieAttribute = /^(?:path|domain|expires|max-age|samesite|secure|httponly|priority|partitioned)$/i;

/** Hands on a text in quotes. */
export function giveQuoted(
  text: string,
  { kind, found }: { kind: string; found: TakeValue },
  { start, end, ...quoted }: QuotedText,
): void {
  if (end > start) giveValue(text, { kind, start, end, value: decodeQuoted(text, { start, end, ...quoted }) }, found);
}

/** Hands on a value: without the scheme in front of it, and with the parts that may come alone. */
export function giveValue(text: string, named: NamedValue, found: TakeValue): void {
  const { kind, start, end, value } = named;
  if (/pwd$/i.test(kind) && isPath(value)) return; // where a program was started
  if (schemeAlone.test(value)) return;
  const front = scheme.exec(value)?.[0] ?? '';
  const secret = value.slice(front.length);
  if (front !== '' && isStandIn(secret)) return;
  found(
    front !== '' && text.startsWith(front, start) ? { kind, start: start + front.length, end, value: secret } : named,
  );
  for (const part of partsOf(front, kind, secret)) found({ kind, start: -1, end: -1, value: part });
}

function partsOf(front: string, kind: string, secret: string): string[] {
  if (/^basic/i.test(front)) {
    const decoded = Buffer.from(secret, 'base64').toString();
    return [decoded, decoded.slice(decoded.indexOf(':') + 1)];
  }
  if (!/cookie/i.test(kind)) return [];
  const pairs = secret.split(';').map((pair) => pair.trim().split('='));
  const values = pairs.filter(([name = '']) => !cookieAttribute.test(name)).map(([, ...value]) => value.join('='));
  return values.filter((value) => isUnreadable(value));
}
