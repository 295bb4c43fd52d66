import { foreignKind } from '../../foundation/foreign-names.ts';
import { isSecretName } from '../../foundation/secret-names.ts';
import { queryName, takeBareName } from './bare-names.ts';
import { commandTrigrams, takeCommand } from './commands.ts';
import type { ForeignLabel } from './foreign-labels.ts';
import { labelTrigrams, readForeignLabel } from './foreign-labels.ts';
import type { NamedValue, TakeValue } from './give-value.ts';
import { giveQuoted } from './give-value.ts';
import { endsTag, takeAttribute, takeMarked } from './markup.ts';
import type { QuotedText } from './quoted-text.ts';
import {
  countSlashes,
  countSlashesBefore,
  decodeQuoted,
  readOpenQuoted,
  skipPrefix,
  skipSpace,
} from './quoted-text.ts';
import { isDescription, isVocabulary } from './open-values.ts';
import type { QuotedName } from './paired-values.ts';
import { takeElement, takePair } from './paired-values.ts';
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
  ...labelTrigrams,
  ...commandTrigrams,
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
/** What credentials are put into: what stands in there has names of its own. */
const container = /(?:^|_)credentials?$|^settings$|^(?:tool_)?parameters$/;
/** An object under these has more than secrets in it. */
const loose = /^(?:auth|authentication|authorization|oauth|session|token|bearer)$/i;
/** A key may have more in front than a name has: `"smtp.password"`, `"API Key"`. */
const longestPrefix = 60;
const keyPrefix = /["']([^"'\\{}[\],]{0,60})$/;

/**
 * Finds the values that belong to the name round `at`, in raw text: `"api_key": "…"` in JSON at any depth, `'api_key': '…'`
 * and `api_key="…"` as programs print them, `?token=…` in URLs, `Authorization: …` in headers, lists and objects of them.
 * @returns where to look on
 */
export function findNamed(text: string, at: number, search: NameSearch): number {
  const label = readForeignLabel(text, at);
  if (label !== undefined) return takeLabel(text, label, search);
  const command = takeCommand(text, at, search.found);
  if (command !== undefined) return Math.max(command, at + 1);
  let last = at;
  while (last - at <= longestName && isNamePart(text.charCodeAt(last))) last++;
  const next = Math.max(last, at + 1);
  // Most words stand in running text, and are soon done with.
  if (!endsName(text.charCodeAt(last)) && !isFollowed(text, at, last)) return next;
  const { start, end } = nameAround(text, at);
  const name = text.slice(start, end);
  const front = /^keys?$/i.test(name) ? (keyFront.exec(text.slice(Math.max(0, start - 20), start))?.[0] ?? '') : '';
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
  else if (front !== '') {
    const whole = { name: `${front.trim()}_${name}`, start: start - front.length, end };
    return Math.max(next, takeBareName(text, whole, search.found));
  } else if (name === 'code' || queryName.test(name))
    return Math.max(next, takeBareName(text, { name, start, end }, search.found));
  else if (isSecret(name, text, search)) {
    const bare = { name, start, end };
    return Math.max(next, takeMarked(text, bare, search.found) ?? takeBareName(text, bare, search.found));
  }
  return next;
}

/** `密码: …`, `"密码": "…"`. */
function takeLabel(text: string, { kind, start, end }: ForeignLabel, search: NameSearch): number {
  const slashes = countSlashes(text, end);
  const quote = text.charAt(end + slashes);
  if (quote !== '"' && quote !== "'")
    return Math.max(end, takeBareName(text, { name: kind, start, end }, search.found));
  const unit = slashes + 1;
  const [before = ''] = labelFront.exec(text.slice(Math.max(0, start - longestPrefix), start)) ?? [];
  const first = start - before.length;
  const behind = end + unit;
  if (text[first - 1] !== quote || countSlashesBefore(text, first - 1) !== slashes) return end;
  const isName = foreignKind(decodeQuoted(text, { start: first, end, next: behind, unit, quote })) !== undefined;
  if (isName && text[skipSpace(text, behind)] === ':')
    takeQuotedName(text, { name: kind, start: first, end: behind, unit }, search);
  return end;
}

/** Behind the quote that opens it. */
const labelFront = /(?<=["'])[^"'{}[\],:]{0,60}$/;
/** What makes a key a secret one. */
const keyFront = /(?<![A-Za-z\d])(?:api|access|secret|private|auth|account|signing|encryption|master) $/i;

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
  const behind = end + slashes + 1;
  if (text.charAt(skipSpace(text, behind)) !== ':' && !endsTag(text, behind)) return undefined;
  const [whole, prefix = ''] = keyPrefix.exec(text.slice(Math.max(0, start - longestPrefix), start)) ?? [];
  if (whole?.[0] !== quote || prefix.split(' ').length > 2) return undefined;
  return countSlashesBefore(text, start - whole.length) === slashes ? start - prefix.length : undefined;
}

/** What a name may belong to stands farther behind: `=` or `:` after spaces or encoded, and what follows a flag. */
function isFollowed(text: string, at: number, last: number): boolean {
  const code = text.charCodeAt(last);
  if (code !== 0x20) return code === 0x25 || code === 0x3f || code >= 0x80;
  let behind = last + 1;
  while (text.charCodeAt(behind) === 0x20) behind++;
  if ((behind < text.length && followers.includes(text.charAt(behind))) || text.startsWith('is:', behind)) return true;
  let start = at;
  while (start > 0 && at - start <= longestName && isNamePart(text.charCodeAt(start - 1))) start--;
  return text.startsWith('--', start);
}

/** A quote, the backslash of one, an equals sign or a colon, the end of a tag, of what Markdown marks, or of a line. */
function endsName(code: number): boolean {
  return endMarks.includes(String.fromCharCode(code));
}

const endMarks = '"\'\\=:>*`\r\n';

/** What may follow a name after blanks. */
const followers = '=:|"\'\\';

function isNamePart(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x5f || code === 0x2d;
}

/** An OAuth code is only a secret where it is about OAuth: status codes are called so, too. */
function isSecret(name: string, text: string, search: NameSearch): boolean {
  return isSecretName(name) || (name === 'code' && (search.isOAuth ??= text.includes('"oauth"')));
}

function takeQuotedName(text: string, { name, start, end, unit }: QuotedName, search: NameSearch): void {
  const { rules, found } = search;
  const behind = skipSpace(text, end);
  const mark = text.charAt(behind);
  const secret = isSecret(name, text, search);
  if (mark === ',' && secret) takePair(text, { name, start, end: behind + 1, unit }, found);
  if (mark === ']' && secret) takeElement(text, { name, start, end: behind + 1, unit }, found);
  if (mark !== ':') {
    if (secret) takeAttribute(text, { name, start, end }, found);
    return;
  }
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
