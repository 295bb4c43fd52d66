import { nextTurn } from '../foundation/clock.ts';
import { parseEnvelope } from '../recording/envelope.ts';
import type { RecordingReader } from '../recording/recording-reader.ts';
import type { Report } from './finding.ts';

const slabSize = 1 << 20;
/** As for the reader: no line of a recording is longer. */
const longestLine = 128 << 20;

/** A line of the file, and where it begins. */
interface Place {
  line: number;
  offset: number;
}

/**
 * Reads on from a line that the reader stopped at, to tell of every broken line and not only of the first.
 * @param onProgress called with the byte offset
 */
export async function scanAfterBroken(
  reader: RecordingReader,
  { line, offset }: Place,
  tell: { report: Report; onProgress: (position: number) => void },
): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  let number = line;
  for (let at = offset; at < reader.size;) {
    const slab = reader.readPayload({ payload: 'message', offset: at, length: Math.min(slabSize, reader.size - at) });
    at += slab.length;
    const bytes = rest.length === 0 ? slab : Buffer.concat([rest, slab]);
    let start = 0;
    for (let newline = bytes.indexOf(0x0a); newline >= 0; newline = bytes.indexOf(0x0a, start)) {
      explainLine(bytes.subarray(start, newline), number++, tell.report);
      start = newline + 1;
    }
    rest = Buffer.from(bytes.subarray(start));
    if (rest.length > longestLine) {
      tell.report({
        kind: 'format',
        line: number,
        text: `it is longer than ${longestLine >> 20} MiB; what follows was not looked at`,
      });
      return;
    }
    tell.onProgress(at);
    await nextTurn();
  }
  if (rest.length > 0 && typeof parseEnvelope(rest, { line: number, base: 0 }, true) === 'string')
    tell.report({ kind: 'format', line: number, text: `the last line was cut off (${rest.length} bytes)` });
}

function explainLine(bytes: Buffer, line: number, report: Report): void {
  const wrong = parseEnvelope(bytes, { line, base: 0 }, true);
  if (typeof wrong === 'string') report({ kind: 'format', line, text: wrong });
}
