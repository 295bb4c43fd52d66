import type { QuotedText } from './quoted-text.ts';

/** What a form or a schema says of a field, in any language. */
export const description =
  /^(?:type|name|title|description|label|help|placeholder|format|form|url|(?:human|llm)_description|enum|options?|pattern|scope|[a-z]{2}[_-][A-Z][A-Za-z]+)$/;

/** A piece of a model's text, with how likely it was; how one authenticates, not with what. */
export function isVocabulary(text: string, name: string, { start, end, next }: QuotedText): boolean {
  if (/^token$/i.test(name))
    return /^\s*,\s*\\*["'](?:logprob|token_?id|id|probability|prob|bytes)\\*["']/.test(text.slice(next, next + 40));
  return (
    /^auth/i.test(name) &&
    /^(?:none|basic|bearer|digest|oauth_?2?|api[_-]?key|required|optional)$/i.test(text.slice(start, end))
  );
}

/** Much is called a code; OAuth's comes with its state, or asks for a token. */
export function isOAuthCode(text: string, start: number): boolean {
  return /oauth|callback|redirect|grant_type|[?&](?:state|scope|session_state)=/i.test(
    text.slice(Math.max(0, start - aroundCode), start + aroundCode),
  );
}

const aroundCode = 500;
