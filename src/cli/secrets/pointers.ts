import { parseJson } from '../../foundation/parse-json.ts';

/** A range of a text. */
interface Range {
  start: number;
  end: number;
}

/** An object or a list that is open, and the member one is at. */
interface Frame {
  /** Counts the members of a list; -1 in an object. */
  index: number;
  keyStart: number;
  keyEnd: number;
  /** A secret stands in the key itself, which must not be told. */
  isSecret: boolean;
}

/** A longer pointer is told by so many of its first and last steps. */
const mostSteps = 20;
const longestStep = 100;

/**
 * Where in a JSON text ranges stand, as JSON pointers; a key that holds one of them is told as `*`. Goes over the text by
 * hand: it may be nested to any depth, or be no JSON from some place on.
 * @param text raw, as Latin-1
 * @param ranges in the order of the text, none over another
 */
export function pointersOf(text: string, ranges: readonly Range[]): string[] {
  const pointers: string[] = [];
  const stack: Frame[] = [];
  let isKey = false;
  let next = 0; // of the ranges, the first that ends behind where the walk is
  const tell = (end: number): void => {
    for (let range = ranges[pointers.length]; range !== undefined && range.start < end; range = ranges[pointers.length])
      pointers.push(renderPointer(text, stack));
  };
  for (let at = 0; at < text.length && pointers.length < ranges.length;) {
    const mark = text.charCodeAt(at);
    const frame = stack.at(-1);
    let end = at + 1;
    if (mark === quote) {
      end = endOfString(text, at);
      if (isKey && frame !== undefined) {
        for (let range = ranges[next]; range !== undefined && range.end <= at; range = ranges[next]) next++;
        frame.keyStart = at;
        frame.keyEnd = end;
        frame.isSecret = (ranges[next]?.start ?? end) < end;
      }
      isKey = false;
    } else if (mark === openBrace || mark === openBracket) {
      isKey = mark === openBrace;
      tell(end);
      stack.push({ index: isKey ? -1 : 0, keyStart: end, keyEnd: end, isSecret: false });
    } else if (mark === closeBrace || mark === closeBracket) stack.pop();
    else if (mark === comma && frame !== undefined) {
      isKey = frame.index < 0;
      if (!isKey) frame.index++;
    }
    tell(end);
    at = end;
  }
  tell(Infinity);
  return pointers;
}

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Behind the closing quote of the string that begins at `at`. */
function endOfString(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === quote) return end + 1;
    if (code === backslash) end++;
  }
  return text.length;
}

function renderPointer(text: string, stack: readonly Frame[]): string {
  if (stack.length <= 2 * mostSteps) return stack.map((frame) => renderStep(text, frame)).join('');
  const [first, last] = [stack.slice(0, mostSteps), stack.slice(-mostSteps)];
  return [...first.map((frame) => renderStep(text, frame)), '/…', ...last.map((frame) => renderStep(text, frame))].join(
    '',
  );
}

function renderStep(text: string, { index, keyStart, keyEnd, isSecret }: Frame): string {
  if (index >= 0) return `/${index}`;
  if (isSecret) return '/*';
  const raw = text.slice(keyStart, Math.min(keyEnd, keyStart + 8 * longestStep));
  const key = parseJson(Buffer.from(raw, 'latin1').toString());
  const name = typeof key === 'string' ? key : '…';
  const step = name.length > longestStep ? `${name.slice(0, longestStep)}…` : name;
  return `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
