import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MessageLine } from '../../src/recording/recorded-line.ts';
import { LineTable } from '../../src/replayer/line-table.ts';

const line: fc.Arbitrary<MessageLine> = fc.record({
  kind: fc.constant('message' as const),
  line: fc.nat(),
  at: fc.double({ min: 0, max: 1e12, noNaN: true }),
  from: fc.constant('plugin' as const),
  connection: fc.nat(5),
  stderr: fc.constant(false),
  part: fc.boolean(),
  eol: fc.constantFrom('\n' as const, '\r\n' as const, '' as const),
  payload: fc.constantFrom('message' as const, 'text' as const, 'base64' as const),
  offset: fc.maxSafeNat(),
  length: fc.nat(2 ** 32 - 1),
});

test('gives back what was put in, however many rows there are', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(line, fc.boolean()), { maxLength: 300 }), (rows) => {
      const table = new LineTable();
      const numbers = rows.map(([one, isStray]) => table.add(one, isStray));
      for (const row of numbers.slice(1)) if (row % 3 === 0) table.link(row - 1, row);
      expect(table.size).toBe(rows.length);
      for (const [row, [{ at, payload, offset, length, eol, part }, isStray]] of rows.entries()) {
        const next = (row + 1) % 3 === 0 && row + 1 < rows.length ? row + 1 : -1;
        expect(table.get(row)).toEqual({ at, payload, offset, length, eol, isPart: part, isStray, next });
      }
    }),
  );
});
