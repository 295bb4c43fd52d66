import { isSecretName } from '../../foundation/secret-names.ts';
import type { QuotedText } from './quoted-text.ts';

/** What a form or a schema says of a field, in any language. */
const description =
  /^(?:type|name|title|description|label|help|placeholder|format|form|url|(?:human|llm)_description|enum|options?|pattern|scope|[a-z]{2}[_-][A-Z][A-Za-z]+)$/;

/** Where something is, or whose it is. */
const facts =
  /(?:^|[a-z\d_-])(?:id|url|uri|domain|path|region|zone|host|port|e?mail|version|scopes?|location|project|same_?site|expires|priority)$/i;

/** Whether what stands under a key in an object of secrets is said of them. */
export function isDescription(key: string): boolean {
  return description.test(key) || (facts.test(key) && !isSecretName(key));
}

/** What a form or a server says of a value, in its place. */
const message = /\s.*\b(?:required|missing|invalid|must|cannot|expected)\b|\b(?:please|enter|missing|invalid)\b.*\s/i;

/** A piece of a model's text, with how likely it was; how one authenticates, not with what. */
export function isVocabulary(text: string, name: string, { start, end, next }: QuotedText): boolean {
  const value = text.slice(start, Math.min(end, start + 200));
  if (message.test(value)) return true;
  if (/^token$/i.test(name))
    return /^\s*,\s*\\*["'](?:logprob|token_?id|id|probability|prob|bytes)\\*["']/.test(text.slice(next, next + 40));
  return /^auth/i.test(name) && /^(?:none|basic|bearer|digest|oauth_?2?|api[_-]?key|required|optional)$/i.test(value);
}

/** Much is called a code; OAuth's comes with its state, or asks for a token. */
export function isOAuthCode(text: string, start: number): boolean {
  return /oauth|callback|redirect|grant_type|(?:[?&]|%(?:25)*(?:26|3f)|u00(?:26|3f))(?:state|scope|session_state)(?:=|%(?:25)*3d)/i.test(
    text.slice(Math.max(0, start - aroundCode), start + aroundCode),
  );
}

const aroundCode = 500;
