/** What stands for a secret in a recording: `[redacted:api_key:9f2c…]`. Nothing in it is ever escaped, in whatever notation. */
export interface Placeholder {
  /** What kind of secret it was: the name it stood under, or the shape that gave it away. */
  kind: string;
  /** The keyed digest of the value: 32 hexadecimal digits. */
  digest: string;
}

/** Finds placeholders; make a copy of it (`new RegExp(placeholderPattern, 'g')`) to find one after the other. */
export const placeholderPattern = /\[redacted:([a-z0-9][a-z0-9_-]{0,39}):([0-9a-f]{32})\]/;
/** How every placeholder begins: for a quick look. */
export const placeholderStart = '[redacted:';

const longestKind = 40;
const digestDigits = 32;
const fingerprintDigits = 16;

/** The text of a placeholder. */
export function renderPlaceholder({ kind, digest }: Placeholder): string {
  return `${placeholderStart}${plainKind(kind)}:${digest}]`;
}

/** A name as a kind: lower case, and no character that some notation would escape. */
function plainKind(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '_')
    .replace(/^[_-]+/, '')
    .slice(0, longestKind);
  return plain === '' ? 'secret' : plain;
}

/** A text cut at its placeholders: one more piece than placeholders; undefined where there is none. */
export function splitPlaceholders(text: string): { pieces: string[]; placeholders: Placeholder[] } | undefined {
  if (!text.includes(placeholderStart)) return undefined;
  const pieces: string[] = [];
  const placeholders: Placeholder[] = [];
  let start = 0;
  for (const match of text.matchAll(new RegExp(placeholderPattern, 'g'))) {
    const [whole, kind = '', digest = ''] = match;
    pieces.push(text.slice(start, match.index));
    placeholders.push({ kind, digest });
    start = match.index + whole.length;
  }
  if (placeholders.length === 0) return undefined;
  pieces.push(text.slice(start));
  return { pieces, placeholders };
}

/** Where placeholders stand in a text, in order. */
export function findPlaceholders(text: string): { start: number; end: number }[] {
  if (!text.includes(placeholderStart)) return [];
  return Array.from(text.matchAll(new RegExp(placeholderPattern, 'g')), ({ index, 0: whole }) => ({
    start: index,
    end: index + whole.length,
  }));
}

/**
 * The digest of a secret: HMAC-SHA256 with the project's key, so that equal secrets stay equal, and nobody without the
 * key can try out what a secret might have been.
 */
export function digestSecret(key: string, value: string): string {
  return hmac(key, value).slice(0, digestDigits);
}

/** What a recording tells of the key that its secrets were replaced with: enough to know it again, and no more. */
export function fingerprintOf(key: string): string {
  return hmac(key, 'reprise: the fingerprint of this key').slice(0, fingerprintDigits);
}

/** Loaded when it is wanted: node:crypto costs a start some milliseconds. */
function hmac(key: string, text: string): string {
  return process.getBuiltinModule('node:crypto').createHmac('sha256', key).update(text).digest('hex');
}
