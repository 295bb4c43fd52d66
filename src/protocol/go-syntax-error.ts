/** A line that is not JSON; `message` is the text of Go's encoding/json, byte for byte. */
export class GoSyntaxError extends Error {
  override readonly name = 'GoSyntaxError';
}

/** A number that float64 cannot hold (`1e400`); `message` is Go's text for a value decoded into `any`. */
export class GoNumberError extends Error {
  override readonly name = 'GoNumberError';

  constructor(number: string) {
    super(`json: cannot unmarshal number ${number} into Go value of type float64`);
  }
}

/** Go's text for a byte that may not stand where it stands; `context` says what was being read. */
export function explainByte(byte: number, context: string): string {
  return `invalid character ${quoteByte(byte)} ${context}`;
}

const shortEscapes = new Map([
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0b, '\\v'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
  [0x27, "\\'"],
  [0x5c, '\\\\'],
]);

/** scanner.go's quoteChar: the byte is taken for a Latin-1 character and written as strconv.Quote does. */
function quoteByte(byte: number): string {
  return `'${shortEscapes.get(byte) ?? hexEscape(byte) ?? String.fromCharCode(byte)}'`;
}

/** No-break space and soft hyphen are not printable to Go. */
function hexEscape(byte: number): string | undefined {
  if (byte < 0x20 || byte === 0x7f) return `\\x${byte.toString(16).padStart(2, '0')}`;
  if ((byte >= 0x80 && byte <= 0xa0) || byte === 0xad) return `\\u00${byte.toString(16)}`;
  return undefined;
}
