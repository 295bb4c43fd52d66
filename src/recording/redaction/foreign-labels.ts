import { foreignNames } from '../../foundation/foreign-names.ts';
import { readCharacter } from './escaped-character.ts';
import { countSlashesBefore } from './quoted-text.ts';

/** A name in another script than Latin, as it stands in raw bytes. */
export interface ForeignLabel {
  kind: string;
  start: number;
  end: number;
}

interface Label {
  kind: string;
  /** Letters of ASCII that stand before it. */
  front: string;
  characters: readonly string[];
  /** The same as UTF-8, taken as Latin-1. */
  bytes: string;
}

const labels = [...foreignNames].map(([name, kind]): Label => {
  const [front = ''] = /^[A-Z]*/.exec(name) ?? [];
  const rest = name.slice(front.length);
  return { kind, front, characters: Array.from(rest), bytes: Buffer.from(rest).toString('latin1') };
});
const firsts = [...new Set(labels.map(({ characters }) => characters[0] ?? ''))];

/** Three bytes with which a label begins: those of its first character, and the end of how JSON and Python escape it. */
export const labelTrigrams = firsts.flatMap((first) => [
  Buffer.from(first).toString('latin1'),
  (first.codePointAt(0) ?? 0).toString(16).slice(-3),
]);

/** The label of which the first character stands at `at`, or the last three digits of its escape. */
export function readForeignLabel(text: string, at: number): ForeignLabel | undefined {
  const isPlain = text.charCodeAt(at) >= 0x80;
  const start = isPlain ? at : startOfEscape(text, at);
  if (start === undefined) return undefined;
  let longest: ForeignLabel | undefined;
  for (const { kind, front, characters, bytes } of labels) {
    const end = isPlain ? endOfBytes(text, start, bytes) : endOfAll(text, start, characters);
    if (end > (longest?.end ?? start) && text.slice(Math.max(0, start - front.length), start).toUpperCase() === front)
      longest = { kind, start: start - front.length, end };
  }
  return longest;
}

function endOfBytes(text: string, start: number, bytes: string): number {
  return text.startsWith(bytes, start) ? start + bytes.length : -1;
}

function startOfEscape(text: string, at: number): number | undefined {
  if ((text.charCodeAt(at - 2) | 0x20) !== 0x75 || text[at - 3] !== '\\') return undefined;
  return at - 2 - countSlashesBefore(text, at - 2);
}

/** -1 where not all of them stand there. */
function endOfAll(text: string, start: number, characters: readonly string[]): number {
  let next = start;
  for (const wanted of characters) {
    const { character, end } = readCharacter(text, next);
    if (character !== wanted) return -1;
    next = end;
  }
  return next;
}
