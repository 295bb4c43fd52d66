import { isSecretName, wordsOf } from '../../foundation/secret-names.ts';
import type { QuotedText } from './quoted-text.ts';
import { decodeQuoted } from './quoted-text.ts';

/** What a form or a schema says of a field, in any language. */
const description =
  /^(?:type|name|title|description|label|help|placeholder|format|form|url|(?:human|llm)_description|enum|options?|pattern|scope|[a-z]{2}[_-][A-Z][A-Za-z]+)$/;

/** Where something is, or whose it is. */
const facts = new Set(
  'id url uri domain path region zone host port mail email version scope scopes location project expires priority'.split(
    ' ',
  ),
);
const cookieFacts = /^(?:name|domain|path|expires|max-?age|same_?site|priority|url|store_?id)$/i;

/** Whether what stands under a key in an object of secrets, by its name, is said of them. */
export function isDescription(key: string, name: string): boolean {
  if (/cookies?$/i.test(name)) return cookieFacts.test(key);
  return description.test(key) || (facts.has(wordsOf(key).at(-1) ?? '') && !isSecretName(key));
}

/** What a form or a server says of a value, in its place. */
const message = /\s.*\b(?:required|missing|invalid|must|cannot|expected)\b|\b(?:please|enter|missing|invalid)\b.*\s/i;

/** The same in Chinese and Japanese. */
const foreignMessage = /请(?:输入|填|先|提供|在|设置)|請(?:輸入|填|先|提供|在)|不能为空|必填|必须|必須|入力/;

/** What a token of a text is told with: how likely it was, or where it stands. */
const beforeToken = /["']logprob\\*["']\s*:\s*[-+.\de]+\s*,\s*\\*["']token\\*["']\s*:\s*\\*["']$/i;
const behindToken =
  /^\s*,\s*\\*["'](?:logprob|token_?id|id|probability|prob|bytes|start_offset|start|pos|position|score|type)\\*["']/;

/** A piece of a text; how one authenticates, not with what; and what a form or a server says instead. */
export function isVocabulary(text: string, name: string, quoted: QuotedText): boolean {
  const { start, end, next } = quoted;
  const value = text.slice(start, Math.min(end, start + 200));
  if (message.test(value)) return true;
  const isForeign = /[\x80-\xff]|\\u/.test(value);
  if (isForeign && foreignMessage.test(decodeQuoted(text, { ...quoted, end: start + value.length }))) return true;
  if (/^token$/i.test(name))
    return (
      beforeToken.test(text.slice(Math.max(0, start - 80), start)) || behindToken.test(text.slice(next, next + 40))
    );
  return /^auth/i.test(name) && /^(?:none|basic|bearer|digest|oauth_?2?|api[_-]?key|required|optional)$/i.test(value);
}

/** Much is called a code; OAuth's comes with its state, or asks for a token. */
export function isOAuthCode(text: string, start: number): boolean {
  return /oauth|callback|redirect|grant_type|(?:[?&]|%(?:25)*(?:26|3f)|u00(?:26|3f))(?:state|scope|session_state)(?:=|%(?:25)*3d)/i.test(
    text.slice(Math.max(0, start - aroundCode), start + aroundCode),
  );
}

const aroundCode = 500;
