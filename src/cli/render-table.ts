import { stripVTControlCharacters } from 'node:util';
import type { Paint } from './paint.ts';

export interface Column {
  head: string;
  /** Right-aligned. */
  isNumber?: boolean;
}

const gap = '  ';
// Characters that a terminal shows two columns wide, and those that it shows on the one before.
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/gu;
const joined = /[\p{Mn}\p{Me}\p{Cf}]/gu;
const ascii = /^[ -~]*$/;

/**
 * Rows under a head, without lines. By hand: cli-table3 took 0.4 to 1.2 ms a row, which is minutes for what a
 * recording of 1 GB can hold, and this takes 0.01.
 */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], paint: Paint): string {
  const all = [columns.map(({ head }) => paint('bold', head)), ...rows];
  const widths = columns.map((_, index) => all.reduce((widest, row) => Math.max(widest, widthOf(row[index] ?? '')), 0));
  const lines = all.map((row) =>
    columns
      .map(({ isNumber = false }, index) => pad(row[index] ?? '', widths[index] ?? 0, isNumber))
      .join(gap)
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join('');
}

function pad(text: string, width: number, isNumber: boolean): string {
  const space = ' '.repeat(Math.max(width - widthOf(text), 0));
  return isNumber ? space + text : text + space;
}

function widthOf(text: string): number {
  if (ascii.test(text)) return text.length;
  const plain = stripVTControlCharacters(text).replace(joined, '');
  return Array.from(plain).length + (plain.match(wide)?.length ?? 0);
}
