import { isSecretName } from '../../foundation/secret-names.ts';
import type { QuotedText } from './quoted-text.ts';
import { countSlashes, countSlashesBefore, decodeQuoted, readQuoted, skipSpace } from './quoted-text.ts';
import { description, isOAuthCode, isVocabulary } from './open-values.ts';
import { readHeader } from './header-value.ts';
import type { VisitString } from './walk-strings.ts';
import { walkStrings } from './walk-strings.ts';

/** A value that stands under a secret name. */
export interface NamedValue {
  kind: string;
  start: number;
  end: number;
  /** What it means, its escapes undone. */
  value: string;
}

/** Where secret names come from beyond those that everybody has. */
export interface NameRules {
  /** Names of fields that a plugin's package marks as secret; they count below `credentials` and `settings`. */
  fields: Set<string>;
}

/** A text that is gone through from its beginning to its end. */
export interface NameSearch {
  rules: NameRules;
  found: (value: NamedValue) => void;
  /** How far objects and lists have been gone through: under a secret name, and for the package's own fields. */
  secretsUntil?: number;
  fieldsUntil?: number;
  /** Whether the text is about OAuth, once that was asked. */
  isOAuth?: boolean;
}

/** Three letters with which each secret name has a word that begins so; `SecretNames` looks at the whole name. */
export const nameTrigrams = ['key', 'sec', 'tok', 'pas', 'pwd', 'aut', 'coo', 'jwt', 'bea', 'cre', 'ses', 'cod', 'raw'];
/** The same for the places where the package's own names count. */
export const fieldTrigrams = ['set', 'too', 'par'];

const longestName = 100;
/** A list of two, or a tuple, begins so; anywhere else a name may be a value of its own: `"credential_type": "api-key"`. */
const tupleStart = /[[(][ ]*\\*["']$/;
/** The value of a pair stands no farther behind its name. */
const longestPair = 1024;
/** What credentials are put into: what stands in there has names of its own. */
const container = /(?:^|_)credentials?$|^settings$|^(?:tool_)?parameters$/;
/** An object under these has more than secrets in it. */
const loose = /^(?:auth|authentication|authorization|oauth|session|token|bearer)$/i;
const headerName =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie|(?:x-)?[a-z\d-]*(?:api-?key|auth-key|token|secret)|x-[a-z\d-]*key)$/i;
const assigned = /^(?:[A-Z][A-Z\d_]*)$/;
const pairKey = /["'](?:name|key|header|variable|field|id)\\*["'][ ]*:[ ]*\\*["']$/;
const shortestBare = 6;

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
  if (!endsName(text.charCodeAt(last))) return next;
  const { start, end } = nameAround(text, at);
  const name = text.slice(start, end);
  if (name.length > longestName) return next;
  const slashes = countSlashes(text, end);
  const quote = text.charAt(end + slashes);
  const isQuoted = (quote === '"' || quote === "'") && text.charAt(start - 1) === quote;
  if (isQuoted) takeQuotedName(text, { name, start, end: end + slashes + 1, unit: slashes + 1 }, search);
  else if (isSecret(name, text, search) || name === 'code')
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
  // The letter of an escape is none of the name's.
  if (countSlashesBefore(text, start) > 0 && /[nrtbf]/.test(text.charAt(start))) start++;
  return { start, end };
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
  if (mark !== ':') return;
  const at = skipPrefix(text, skipSpace(text, behind + 1));
  const opening = text.charAt(at);
  if (opening !== '{' && opening !== '[') {
    const quoted = readQuoted(text, at);
    if (quoted === undefined) return;
    if (secret && !isVocabulary(text, name, quoted)) take(text, { kind: name, found }, quoted);
    else if (/^raw_(?:http_)?(?:request|response)$/.test(name)) takeHex(text, quoted, search);
    return;
  }
  if (container.test(name)) {
    if (rules.fields.size === 0 || at < (search.fieldsUntil ?? 0)) return;
    const visit: VisitString = (value, key) => rules.fields.has(key) && take(text, { kind: key, found }, value);
    search.fieldsUntil = walkStrings(text, at, { unit, key: '', visit });
  } else if (secret && at >= (search.secretsUntil ?? 0) && (opening === '[' || !loose.test(name))) {
    const visit: VisitString = (value, key) => description.test(key) || take(text, { kind: name, found }, value);
    search.secretsUntil = walkStrings(text, at, { unit, key: name, visit });
  }
}

/** `"name": "Authorization", "value": "…"` and `("Authorization", "…")`. */
function takePair(text: string, { name, start, end, unit }: Name, found: NameSearch['found']): void {
  const before = text.slice(Math.max(0, start - longestName), start);
  if (pairKey.test(before))
    walkStrings(text, end - 1, {
      unit,
      key: '',
      longest: longestPair,
      visit: (value, key) => key === 'value' && take(text, { kind: name, found }, value),
    });
  else if (headerName.test(name) && tupleStart.test(before)) {
    const quoted = readQuoted(text, skipSpace(text, end));
    if (quoted !== undefined) take(text, { kind: name, found }, quoted);
  }
}

/** Names in running text, where much else looks like them. @returns where the value ends */
function takeBareName(text: string, { name, start, end }: Omit<Name, 'unit'>, found: NameSearch['found']): number {
  const mark = text.charAt(end);
  const before = text.charAt(start - 1);
  if (mark === '=') {
    const quoted = readQuoted(text, skipPrefix(text, end + 1));
    const isQuery = before === '?' || before === '&';
    if (name === 'code' && !isOAuthCode(text, start)) return end;
    if (isQuery || assigned.test(name) || (/["'\s]/.test(before) && name !== 'code' && isForm(text, end))) {
      if (quoted === undefined || isQuery)
        return takeUntil(text, { kind: name, start: end + 1, stop: /[&\s"'<>#;,\\)\]}]/g, isForm: true }, found);
      take(text, { kind: name, found }, quoted);
    } else if (quoted !== undefined && name !== 'code') take(text, { kind: name, found }, quoted);
  } else if (mark === ':' && headerName.test(name)) {
    const value = readHeader(text, name, end + 1);
    if (value === undefined) return end;
    give(text, { kind: name, ...value, value: text.slice(value.start, value.end) }, found);
    return value.end;
  } else if (mark === ':' && /[_-]|[a-z][A-Z]/.test(name)) {
    const quoted = readQuoted(text, skipPrefix(text, skipSpace(text, end + 1)));
    if (quoted !== undefined && quoted.end - quoted.start >= shortestBare) take(text, { kind: name, found }, quoted);
  }
  return end;
}

/** `client_secret=…&grant_type=…`: the body of a form begins with any of its names. */
function isForm(text: string, end: number): boolean {
  return /^=[^&\s"'\\]{0,4096}&[\w.-]{1,100}=/.test(text.slice(end, end + 4300));
}

function takeUntil(
  text: string,
  { kind, start, stop, isForm = false }: { kind: string; start: number; stop: RegExp; isForm?: boolean },
  found: NameSearch['found'],
): number {
  stop.lastIndex = start;
  const end = stop.exec(text)?.index ?? text.length;
  if (end - start < shortestBare) return start;
  const raw = text.slice(start, end);
  give(text, { kind, start, end, value: isForm ? decodePercents(raw) : raw }, found);
  return end;
}

/** Python's `b'…'` and the like. */
function skipPrefix(text: string, at: number): number {
  return /[bruf]/.test(text.charAt(at)) && /["']/.test(text.charAt(at + 1)) ? at + 1 : at;
}

function take(text: string, { kind, found }: { kind: string; found: NameSearch['found'] }, quoted: QuotedText): void {
  if (quoted.end > quoted.start)
    give(text, { kind, start: quoted.start, end: quoted.end, value: decodeQuoted(text, quoted) }, found);
}

const scheme = /^(?:Bearer|Basic|Token|ApiKey|Digest|Negotiate)(?:\s|%20|\+)+(?=\S)/i;
const cookieAttribute = /^(?:path|domain|expires|max-age|samesite|secure|httponly|priority|partitioned)$/i;

/** Hands on a value: without the scheme in front of it, and with the parts that may come alone. */
function give(text: string, named: NamedValue, found: NameSearch['found']): void {
  const { kind, start, end, value } = named;
  const front = scheme.exec(value)?.[0] ?? '';
  const secret = value.slice(front.length);
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
  return pairs.filter(([name = '']) => !cookieAttribute.test(name)).map(([, ...value]) => value.join('='));
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

function decodePercents(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    // No percent-encoding after all: it stands for itself.
    return text;
  }
}
