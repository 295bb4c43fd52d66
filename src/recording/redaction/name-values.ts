import { isSecretName } from '../../foundation/secret-names.ts';
import { queryName, takeBareName } from './bare-names.ts';
import type { NamedValue, TakeValue } from './give-value.ts';
import { giveQuoted } from './give-value.ts';
import { headerName } from './header-value.ts';
import { isUnreadable } from './loose-values.ts';
import type { QuotedText } from './quoted-text.ts';
import { countSlashes, countSlashesBefore, readOpenQuoted, skipPrefix, skipSpace } from './quoted-text.ts';
import { isDescription, isVocabulary } from './open-values.ts';
import type { VisitString } from './walk-strings.ts';
import { walkStrings } from './walk-strings.ts';

/** Where secret names come from beyond those that everybody has. */
export interface NameRules {
  /** Names of fields that a plugin's package marks as secret; they count below `credentials` and `settings`. */
  fields: Set<string>;
}

/** A text that is gone through from its beginning to its end. */
export interface NameSearch {
  rules: NameRules;
  found: TakeValue;
  /** How far objects and lists have been gone through: under a secret name, and for the package's own fields. */
  secretsUntil?: number;
  fieldsUntil?: number;
  /** Whether the text is about OAuth, once that was asked. */
  isOAuth?: boolean;
}

/** Three letters with which each secret name has a word that begins so; `SecretNames` looks at the whole name. */
export const nameTrigrams = [
  'key',
  'sec',
  'tok',
  'pas',
  'pwd',
  'aut',
  'coo',
  'jwt',
  'bea',
  'cre',
  'ses',
  'cod',
  'raw',
  'sig',
];
/** The same for the places where the package's own names count. */
export const fieldTrigrams = ['set', 'too', 'par'];

const longestName = 100;
/** A list of two, or a tuple, begins so; anywhere else a name may be a value of its own: `"credential_type": "api-key"`. */
const tupleStart = /([[(])[ ]*b?\\*["']$/;
/** The value of a pair stands no farther behind its name. */
const longestPair = 1024;
/** What credentials are put into: what stands in there has names of its own. */
const container = /(?:^|_)credentials?$|^settings$|^(?:tool_)?parameters$/;
/** An object under these has more than secrets in it. */
const loose = /^(?:auth|authentication|authorization|oauth|session|token|bearer)$/i;
const pairKey = /["'](?:name|key|header|variable|field|id)\\*["'][ ]*:[ ]*\\*["']$/;
/** A key may have more in front than a name has: `"smtp.password"`, `"API Key"`. */
const longestPrefix = 60;
const keyPrefix = /["']([^"'\\{}[\],]{0,60})$/;

/**
 * Finds the values that belong to the name round `at`, in raw text: `"api_key": "…"` in JSON at any depth, `'api_key': '…'`
 * and `api_key="…"` as programs print them, `?token=…` in URLs, `Authorization: …` in headers, lists and objects of them.
 * @returns where to look on
 */
export function findNamed(text: string, at: number, search: NameSearch): number {
  let last = at;
  while (last - at <= longestName && isNamePart(text.charCodeAt(last))) last++;
  const next = Math.max(last, at + 1);
  // Most words stand in running text, and are soon done with.
  if (!endsName(text.charCodeAt(last)) && !isFollowed(text, at, last)) return next;
  const { start, end } = nameAround(text, at);
  const name = text.slice(start, end);
  if (name.length > longestName) return next;
  const slashes = countSlashes(text, end);
  const quote = text.charAt(end + slashes);
  const first = quote === '"' || quote === "'" ? startOfQuoted(text, { start, end, slashes, quote }) : undefined;
  if (first !== undefined)
    takeQuotedName(
      text,
      { name: text.slice(first, end), start: first, end: end + slashes + 1, unit: slashes + 1 },
      search,
    );
  else if (isSecret(name, text, search) || name === 'code' || queryName.test(name))
    return Math.max(next, takeBareName(text, { name, start, end }, search.found));
  return next;
}

interface Name {
  name: string;
  start: number;
  /** Behind its closing quote. */
  end: number;
  unit: number;
}

function nameAround(text: string, at: number): { start: number; end: number } {
  let start = at;
  let end = at;
  while (start > 0 && at - start <= longestName && isNamePart(text.charCodeAt(start - 1))) start--;
  while (end - at <= longestName && isNamePart(text.charCodeAt(end))) end++;
  return { start: start + lengthOfEscape(text, start), end };
}

/** The letters of an escape are none of the name's. */
function lengthOfEscape(text: string, start: number): number {
  if (text[start - 1] === '%') return /^(?:25)*(?:[\da-f]{2})?/i.exec(text.slice(start, start + 12))?.[0].length ?? 0;
  if (text[start - 1] !== '\\') return 0;
  return /^(?:[nrtbf]|u[\da-f]{4})?/i.exec(text.slice(start, start + 5))?.[0].length ?? 0;
}

/** Where a quoted name begins, or a longer key of which it is the end; undefined where no quote opens it. */
function startOfQuoted(
  text: string,
  { start, end, slashes, quote }: { start: number; end: number; slashes: number; quote: string },
): number | undefined {
  if (text.charAt(start - 1) === quote) return start;
  if (text.charAt(skipSpace(text, end + slashes + 1)) !== ':') return undefined;
  const [whole, prefix = ''] = keyPrefix.exec(text.slice(Math.max(0, start - longestPrefix), start)) ?? [];
  if (whole?.[0] !== quote || prefix.split(' ').length > 2) return undefined;
  return countSlashesBefore(text, start - whole.length) === slashes ? start - prefix.length : undefined;
}

/** What a name may belong to stands farther behind: `=` or `:` after spaces or encoded, and what follows a flag. */
function isFollowed(text: string, at: number, last: number): boolean {
  const code = text.charCodeAt(last);
  if (code !== 0x20) return code === 0x25 || code === 0x3f;
  let behind = last + 1;
  while (text.charCodeAt(behind) === 0x20) behind++;
  const mark = text.charCodeAt(behind);
  if (mark === 0x3d || mark === 0x3a) return true;
  let start = at;
  while (start > 0 && at - start <= longestName && isNamePart(text.charCodeAt(start - 1))) start--;
  return text.startsWith('--', start);
}

/** A quote, the backslash of one, an equals sign or a colon. */
function endsName(code: number): boolean {
  return code === 0x22 || code === 0x27 || code === 0x5c || code === 0x3d || code === 0x3a;
}

function isNamePart(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x5f || code === 0x2d;
}

/** An OAuth code is only a secret where it is about OAuth: status codes are called so, too. */
function isSecret(name: string, text: string, search: NameSearch): boolean {
  return isSecretName(name) || (name === 'code' && (search.isOAuth ??= text.includes('"oauth"')));
}

function takeQuotedName(text: string, { name, start, end, unit }: Name, search: NameSearch): void {
  const { rules, found } = search;
  const behind = skipSpace(text, end);
  const mark = text.charAt(behind);
  const secret = isSecret(name, text, search);
  if (mark === ',' && secret) takePair(text, { name, start, end: behind + 1, unit }, found);
  if (mark === ']' && secret) takeElement(text, { name, start, end: behind + 1, unit }, found);
  if (mark !== ':') return;
  const at = skipPrefix(text, skipSpace(text, behind + 1));
  const opening = text.charAt(at);
  if (opening !== '{' && opening !== '[') {
    const quoted = readOpenQuoted(text, at);
    if (quoted === undefined) return;
    if (secret && !isVocabulary(text, name, quoted)) giveQuoted(text, { kind: name, found }, quoted);
    else if (/^raw_(?:http_)?(?:request|response)$/.test(name)) takeHex(text, quoted, search);
    return;
  }
  if (container.test(name)) {
    if (rules.fields.size === 0 || at < (search.fieldsUntil ?? 0)) return;
    const visit: VisitString = (value, key) => rules.fields.has(key) && giveQuoted(text, { kind: key, found }, value);
    search.fieldsUntil = walkStrings(text, at, { unit, key: '', visit });
  } else if (secret && at >= (search.secretsUntil ?? 0) && (opening === '[' || !loose.test(name))) {
    const visit: VisitString = (value, key) =>
      isDescription(key, name) || giveQuoted(text, { kind: name, found }, value);
    search.secretsUntil = walkStrings(text, at, { unit, key: name, visit });
  }
}

/** `"name": "Authorization", "value": "…"`, `("Authorization", "…")` and `["--api-key", "…"]`. */
function takePair(text: string, { name, start, end, unit }: Name, found: TakeValue): void {
  const before = text.slice(Math.max(0, start - longestName), start);
  if (pairKey.test(before)) {
    const visit: VisitString = (value, key) => key === 'value' && giveQuoted(text, { kind: name, found }, value);
    walkStrings(text, end - 1, { unit, key: '', longest: longestPair, visit });
    return;
  }
  const opening = tupleStart.exec(before)?.[1];
  const isFlag = name.startsWith('--');
  if (opening === undefined && !isFlag) return;
  const quoted = readOpenQuoted(text, skipPrefix(text, skipSpace(text, end)));
  if (quoted === undefined) return;
  const value = text.slice(quoted.start, quoted.end);
  if (isFlag ? !value.startsWith('-') : (opening === '(' && headerName.test(name)) || isUnreadable(value))
    giveQuoted(text, { kind: name, found }, quoted);
}

/** `os.environ['API_KEY'] = '…'`. */
function takeElement(text: string, { name, end }: Name, found: TakeValue): void {
  const mark = skipSpace(text, end);
  if (text[mark] !== '=' || text[mark + 1] === '=') return;
  const quoted = readOpenQuoted(text, skipPrefix(text, skipSpace(text, mark + 1)));
  if (quoted !== undefined) giveQuoted(text, { kind: name, found }, quoted);
}

/** A whole HTTP request in hexadecimal, as Dify hands it to endpoints, triggers and OAuth. */
function takeHex(text: string, { start, end }: QuotedText, { rules, found }: NameSearch): void {
  if (end - start > longestHex || !/^(?:[0-9a-f]{2})+$/i.test(text.slice(start, end))) return;
  const inner = Buffer.from(text.slice(start, end), 'hex').toString('latin1');
  const give = (value: NamedValue): void =>
    found(value.start < 0 ? value : { ...value, start: start + 2 * value.start, end: start + 2 * value.end });
  const names = /[\w-]{2,100}/g;
  const search: NameSearch = { rules, found: give };
  for (let match = names.exec(inner); match !== null; match = names.exec(inner))
    if (isSecretName(match[0]) || match[0] === 'code')
      names.lastIndex = Math.max(names.lastIndex, findNamed(inner, match.index, search));
}

const longestHex = 4 << 20;
