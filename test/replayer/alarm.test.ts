import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Alarm } from '../../src/replayer/alarm.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('calls back in order, never early, and at most a turn late', () => {
  const appointments = fc.array(fc.record({ made: fc.nat(50), wait: fc.double({ min: -5, max: 60, noNaN: true }) }), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(appointments, fc.constantFrom(0, 0.3, 1), (all, lateness) => {
      const clock = new FakeClock(lateness);
      const alarm = new Alarm(clock);
      const rung: { due: number; at: number }[] = [];
      for (let ms = 0; ms <= 50; ms++) {
        for (const { wait } of all.filter(({ made }) => made === ms)) {
          const due = clock.now() + wait;
          alarm.at(due, () => rung.push({ due, at: clock.now() }));
          expect(clock.pending).toBeLessThanOrEqual(1);
        }
        clock.advance(1);
      }
      clock.advance(70);
      expect(rung).toHaveLength(all.length);
      for (const { due, at } of rung) expect(at).toBeGreaterThanOrEqual(due);
      // A timer is set for a little before, in whole milliseconds, and may ring late; the rest of the wait is turns.
      for (const { due, at } of rung) expect(at - Math.max(due, 0)).toBeLessThan(7);
    }),
    { numRuns: 60 },
  );
});

test('rings appointments that are due together in the order of their times', () => {
  const clock = new FakeClock();
  const alarm = new Alarm(clock);
  const rung: string[] = [];
  for (const [due, name] of [
    [5, 'b'],
    [9, 'd'],
    [3, 'a'],
    [7, 'c'],
  ] as const)
    alarm.at(due, () => rung.push(name));
  clock.advance(20, 20);
  clock.advance(1);
  expect(rung).toEqual(['a', 'b', 'c', 'd']);
});

test('takes appointments that a callback makes, those that are due already in the same turn', () => {
  const clock = new FakeClock();
  const alarm = new Alarm(clock);
  const rung: string[] = [];
  alarm.at(5, () => {
    alarm.at(4, () => rung.push('late'));
    alarm.at(8, () => rung.push('later'));
    rung.push('first');
  });
  clock.advance(5.2);
  expect(rung).toEqual(['first', 'late']);
  clock.advance(5);
  expect(rung).toEqual(['first', 'late', 'later']);
});

test('waits longer than a timer can', () => {
  const clock = new FakeClock();
  const alarm = new Alarm(clock);
  const due = 2 ** 31 * 3;
  let at = 0;
  alarm.at(due, () => (at = clock.now()));
  for (let step = 0; step < 10; step++) clock.advance(2 ** 31, 2 ** 31);
  expect(at).toBeGreaterThanOrEqual(due);
  expect(at).toBeLessThan(due + 2 ** 32);
});

test('forgets all that waits when it is stopped, in a callback too, and takes nothing more', () => {
  const clock = new FakeClock();
  const alarm = new Alarm(clock);
  const rung: string[] = [];
  alarm.at(5, () => {
    rung.push('first');
    alarm.stop();
  });
  alarm.at(5, () => rung.push('second'));
  clock.advance(10);
  expect([rung, clock.pending]).toEqual([['first'], 0]);
  alarm.at(20, () => rung.push('third'));
  clock.advance(15);
  expect([rung, clock.pending]).toEqual([['first'], 0]);
});
