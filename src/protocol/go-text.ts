import type { GoValue } from './go-decoder.ts';
import type { GoNotation } from './go-walk.ts';
import { keysByBytes, writeGoValue } from './go-walk.ts';

/** Go's `fmt` with `%s` of a value inside a map: `map[a:b c:[d <nil>]]`, `%!s(float64=1.5)`, `%!s(bool=true)`. */
export function formatGoValue(value: GoValue): string {
  return writeGoValue(value, percentS);
}

/** Go's `fmt` with `%s` of a message's response, which is of type `map[string]any`: a null is an empty map. */
export function formatGoResponse(value: GoValue): string {
  return formatGoValue(value ?? {});
}

const percentS: GoNotation = {
  map: ['map[', ']'],
  list: ['[', ']'],
  separator: ' ',
  writeKey: (key) => `${key}:`,
  writeScalar: formatScalar,
  orderedKeys: keysByBytes,
};

function formatScalar(value: string | number | boolean | null): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return `%!s(float64=${formatFloat(value)})`;
  return value === null ? '<nil>' : `%!s(bool=${value})`;
}

/** `%v` of a float64: the shortest digits, with an exponent of two digits at least where it is below -4 or above 5. */
function formatFloat(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
