import type { TakeValue } from './give-value.ts';
import { giveQuoted } from './give-value.ts';
import { headerName } from './header-value.ts';
import { isUnreadable } from './loose-values.ts';
import { readOpenQuoted, skipPrefix, skipSpace } from './quoted-text.ts';
import type { VisitString } from './walk-strings.ts';
import { walkStrings } from './walk-strings.ts';

/** A name in quotes. */
export interface QuotedName {
  name: string;
  start: number;
  /** Behind its closing quote. */
  end: number;
  /** Of its quotes, as `QuotedText` has it. */
  unit: number;
}

/** A list of two, or a tuple, begins so; anywhere else a name may be a value of its own: `"credential_type": "api-key"`. */
const tupleStart = /([[(])[ ]*b?\\*["']$/;
const longestName = 100;
/** The value of a pair stands no farther behind its name. */
const longestPair = 1024;
const pairKey = /["'](?:name|key|header|variable|field|id)\\*["'][ ]*:[ ]*\\*["']$/i;

/** `"name": "Authorization", "value": "…"`, `("Authorization", "…")` and `["--api-key", "…"]`; `end` is behind the comma. */
export function takePair(text: string, { name, start, end, unit }: QuotedName, found: TakeValue): void {
  const before = text.slice(Math.max(0, start - longestName), start);
  if (pairKey.test(before)) {
    const visit: VisitString = (value, key) => /^value$/i.test(key) && giveQuoted(text, { kind: name, found }, value);
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

/** `os.environ['API_KEY'] = '…'`; `end` is behind the bracket. */
export function takeElement(text: string, { name, end }: QuotedName, found: TakeValue): void {
  const mark = skipSpace(text, end);
  if (text[mark] !== '=' || text[mark + 1] === '=') return;
  const quoted = readOpenQuoted(text, skipPrefix(text, skipSpace(text, mark + 1)));
  if (quoted !== undefined) giveQuoted(text, { kind: name, found }, quoted);
}
