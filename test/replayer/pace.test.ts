import { expect, test } from 'vitest';
import type { Pace } from '../../src/replayer/pace.ts';
import { createTempo, parsePace, waitFor } from '../../src/replayer/pace.ts';

test.each([
  ['recorded', 1],
  ['instant', 0],
  ['2x', 0.5],
  ['0.5x', 2],
  ['1x', 1],
  ['10.0x', 0.1],
  ['007x', 1 / 7],
])('reads the pace %s as a factor of %d', (text, factor) => {
  expect(createTempo(parsePace(text)).factor).toBe(factor);
});

test.each(['', 'fast', '0x', '-1x', 'x', '2', '2 x', '1e3x', '.5x', '2X', 'Infinityx', '0.0x'])(
  'refuses the pace %j',
  (text) => {
    expect(() => parsePace(text)).toThrow(
      `Failed to read \`--pace\`: '${text}' is no pace. Give recorded, instant, or a speed such as 2x or 0.5x.`,
    );
  },
);

test.each<[Pace, number | undefined, number, number]>([
  ['recorded', undefined, 100, 100],
  ['instant', undefined, 100, 0],
  ['2x', undefined, 100, 50],
  ['0.5x', undefined, 100, 200],
  ['recorded', 30, 100, 30],
  ['0.5x', 150, 100, 150],
  ['recorded', 0, 100, 0],
  ['recorded', undefined, -5, 0],
])('at pace %s, with gaps up to %s, waits for a gap of %d ms %d ms', (pace, maxGap, gap, wait) => {
  expect(waitFor(gap, createTempo(pace, maxGap))).toBe(wait);
});

test.each<[Pace, number | undefined, number]>([
  ['recorded', undefined, 250],
  ['2x', undefined, 250],
  ['instant', undefined, 0],
  ['instant', 80, 80],
  ['recorded', 0, 0],
])('caps the gaps of a start-up at pace %s, given %s, at %d ms', (pace, given, cap) => {
  expect(createTempo(pace, undefined, given).startUpGap).toBe(cap);
});
