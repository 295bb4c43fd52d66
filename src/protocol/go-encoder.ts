import type { GoValue } from './go-decoder.ts';
import type { GoNotation } from './go-walk.ts';
import { keysByBytes, writeGoValue } from './go-walk.ts';

/**
 * The JSON string, quotes included, as Go's `json.Marshal` writes it: `<`, `>`, `&`, U+2028 and U+2029 as escapes, and
 * what cannot be in a Go string, a lone surrogate, as `\ufffd`.
 */
export function encodeGoString(text: string): string {
  const json = JSON.stringify(text);
  if (!differing.test(text)) return json;
  if (!loneSurrogate.test(text)) return escapeForHtml(json);
  return `"${text
    .split(loneSurrogate)
    .map((part) => escapeForHtml(JSON.stringify(part)).slice(1, -1))
    .join('\\ufffd')}"`;
}

/** One message of the program, without its newline; `response` is JSON text already. */
export function encodeGoMessage(id: string, type: string, response: string): string {
  return `{"invoke_id":${encodeGoString(id)},"type":${encodeGoString(type)},"response":${response}}`;
}

/** Go's `json.Marshal` of a value: keys sorted by their bytes, floats in Go's shortest form, no spaces. */
export function encodeGoValue(value: GoValue): string {
  return writeGoValue(value, json);
}

/** Where Go and JSON.stringify may write something else. */
const differing = /[<>&\u2028\u2029\ud800-\udfff]/;
const loneSurrogate = /\p{Surrogate}/u;

const json: GoNotation = {
  map: ['{', '}'],
  list: ['[', ']'],
  separator: ',',
  writeKey: (key) => `${encodeGoString(key)}:`,
  writeScalar: encodeScalar,
  orderedKeys: keysByBytes,
};

function encodeScalar(value: string | number | boolean | null): string {
  if (typeof value === 'string') return encodeGoString(value);
  // Go follows ECMAScript's rules for numbers, but keeps the sign of a zero.
  return Object.is(value, -0) ? '-0' : String(value);
}

function escapeForHtml(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
