import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Heap } from '../../src/replayer/heap.ts';

test('gives the least first, whatever is pushed and popped in between', () => {
  const step = fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined, freq: 3 });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = new Heap<number>((a, b) => a - b);
      const model: number[] = [];
      for (const item of steps) {
        const popped = item === undefined ? [heap.pop(), model.shift()] : [];
        if (item !== undefined) {
          heap.push(item);
          model.push(item);
          model.sort((a, b) => a - b);
        }
        expect([popped[0], heap.size, heap.peek()]).toEqual([popped[1], model.length, model[0]]);
      }
      expect(Array.from({ length: model.length + 1 }, () => heap.pop())).toEqual([...model, undefined]);
    }),
  );
});

test('holds nothing once it is cleared', () => {
  const heap = new Heap<number>((a, b) => a - b);
  for (const item of [3, 1, 2]) heap.push(item);
  heap.clear();
  expect([heap.size, heap.peek(), heap.pop()]).toEqual([0, undefined, undefined]);
});
