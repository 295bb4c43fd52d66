import { escapeText } from '../escape-text.ts';
import type { Paint } from '../paint.ts';
import type { Seen } from './sample.ts';

/** So much of a write is shown, in characters, and so many writes in a row. */
const longest = 150;
const mostWrites = 24;
const shown = 4;

/** What a client sees, a row a line, with the time; a write of several lines has the time once. */
export function renderSample(seen: readonly Seen[], paint: Paint): string {
  const rows = seen.map(({ at, what, connection }) => {
    const time = `${Math.round(at)} ms`.padStart(9);
    if (typeof what === 'string') return `${time}  ${paint('yellow', `(${what})`)}\n`;
    const where = connection === 0 ? '' : paint('dim', `${connection}: `);
    return splitLines(what)
      .map((line, index) => `${index === 0 ? time : ' '.repeat(9)}  ${where}${renderBytes(line)}\n`)
      .join('');
  });
  if (rows.length <= mostWrites) return rows.join('');
  const left = rows.length - shown * 4;
  return [...rows.slice(0, shown * 3), `           … and ${left} more writes\n`, ...rows.slice(-shown)].join('');
}

/** Lines with their newlines, the last perhaps without. */
function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0x0a, at) + 1 || bytes.length;
    lines.push(bytes.subarray(at, end));
    at = end;
  }
  return lines;
}

/** A line as text, in which each byte that is no printable ASCII is shown; one without its newline is marked. */
function renderBytes(line: Buffer): string {
  const hasNewline = line.at(-1) === 0x0a;
  const text = line
    .toString('latin1', 0, hasNewline ? line.length - 1 : line.length)
    .replace(/[\u0080-\u00ff]/g, (character) => `\\x${character.charCodeAt(0).toString(16)}`);
  const whole = escapeText(text);
  const short =
    whole.length > longest ? `${whole.slice(0, longest - 40)}…${whole.slice(-20)} (${line.length} bytes)` : whole;
  return hasNewline ? short : `${short} (no newline)`;
}
