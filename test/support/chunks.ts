import * as fc from 'fast-check';

/** Bytes in which newlines, carriage returns and what else is special are frequent. */
export const lineBytes: fc.Arbitrary<Buffer> = fc
  .array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          ...['\n', '\r\n', '\r', '\n\n', '\0', '{"a":1}', '\u2028', 'é', '"'].map((text) => Buffer.from(text)),
        ),
      },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)) },
    ),
    { maxLength: 24 },
  )
  .map((pieces) => Buffer.concat(pieces));

/** The same bytes cut at these places, taken modulo their length; equal places make empty chunks. */
export function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b);
  return [...cuts, bytes.length].map((end, index) => bytes.subarray(cuts[index - 1] ?? 0, end));
}

export const cuts: fc.Arbitrary<number[]> = fc.array(fc.nat(4096), { maxLength: 12 });
