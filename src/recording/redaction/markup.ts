import { takeWord } from './bare-names.ts';
import { endOf } from './end-of.ts';
import type { TakeValue } from './give-value.ts';
import { giveValue } from './give-value.ts';
import { isSecretLike, isUnreadable } from './loose-values.ts';

const tagStart = /(?:<|\\{1,16}u003c|&lt;)(?:[\w.-]{1,30}:)?$/i;
/** What closes a tag: as it is, as Go escapes it, and in HTML. */
const tagEnd = /(?:>|\\{1,16}u003e|&gt;)/iy;
const closingTag = /(?:<|\\{1,16}u003c|&lt;)\\{0,16}\//i;
const attributeStart = /[ ](?:key|name|id)=\\{0,16}["']$/i;
const valueAttribute = /[ ]{1,5}value=(?=\\{0,16}["'])/iy;
/** In PHP and Ruby, where rules for a form are written so, too: `'password' => 'required|min:8'`. */
const arrowBefore = /[ ]{0,20}=(?:>|\\{1,16}u003e)[ ]{0,20}(?=\\{0,16}["'])/iy;
const longestText = 1024;
/** `- name: …`, and on the next line `value: …`, as in Kubernetes. */
const pairStart = /\b(?:name|key):[ ]{0,5}(?:\\{0,16}["'])?$/;
const pairValue = /(?:\\{1,16}r|\r)?(?:\\{1,16}n|\n)[ ]{0,40}value:[ ]{0,20}/y;

/** A name, quotes round it left out. */
interface MarkedName {
  name: string;
  start: number;
  /** Behind it, and behind a quote that closes. */
  end: number;
}

/** Whether a tag ends at a place. */
export function endsTag(text: string, at: number): boolean {
  return endOf(tagEnd, text, at) !== undefined;
}

/** `<password>…</password>`, and `- name: PASSWORD` with its `value: …` on the next line. @returns where to look on */
export function takeMarked(text: string, { name, start, end }: MarkedName, found: TakeValue): number | undefined {
  if (!/[>\\&\r\n]/.test(text.charAt(end))) return undefined;
  const before = text.slice(Math.max(0, start - 60), start);
  const inside = endOf(tagEnd, text, end);
  if (inside !== undefined && tagStart.test(before)) return takeText(text, { name, start: inside }, found);
  return takePairValue(text, { name, start, end }, found);
}

/** `<entry key="password">…</entry>`, `<add key="password" value="…"/>`, `'password' => '…'`, and the pair of YAML. */
export function takeAttribute(text: string, marked: MarkedName, found: TakeValue): number | undefined {
  const { name, start, end } = marked;
  const arrow = endOf(arrowBefore, text, end);
  if (arrow !== undefined) return takeWord(text, { name, at: arrow, isLike: isUnruled }, found);
  if (!attributeStart.test(text.slice(Math.max(0, start - 30), start))) return takePairValue(text, marked, found);
  const inside = endOf(tagEnd, text, end);
  if (inside !== undefined) return takeText(text, { name, start: inside }, found);
  const at = endOf(valueAttribute, text, end);
  if (at === undefined) return undefined;
  return takeWord(text, { name, at, isLike: (value) => isSecretLike(name, value) }, found);
}

function takePairValue(text: string, { name, start, end }: MarkedName, found: TakeValue): number | undefined {
  const at = endOf(pairValue, text, end);
  if (at === undefined || !pairStart.test(text.slice(Math.max(0, start - 30), start))) return undefined;
  return takeWord(text, { name, at, isLike: (value) => isSecretLike(name, value) }, found);
}

function isUnruled(value: string): boolean {
  return isUnreadable(value) && !value.includes('|');
}

/** The text of an element, which starts behind its tag: one word, and nothing but text. */
function takeText(text: string, { name, start }: Pick<MarkedName, 'name' | 'start'>, found: TakeValue): number {
  const window = text.slice(start, start + longestText);
  const value = window.slice(0, closingTag.exec(window)?.index ?? 0);
  if (/^[^\s<>"]+$/.test(value) && isSecretLike(name, value))
    giveValue(text, { kind: name, start, end: start + value.length, value }, found);
  return start;
}
