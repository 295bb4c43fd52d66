import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Step } from '../../src/replayer/step.ts';
import { openStand, step, text, chain } from '../support/stand.ts';

test('sends each step once and none early, those of an invocation in their order, whatever blocks it', () => {
  const invocation = fc.record({
    pushed: fc.nat(30),
    gaps: fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 8 }),
    late: fc.nat(5),
  });
  const blocks = fc.array(fc.nat(60), { maxLength: 6 });
  fc.assert(
    fc.property(fc.array(invocation, { maxLength: 12 }), blocks, (invocations, blockedAt) => {
      const stand = openStand();
      const waiting = new Map<string, number>();
      let sent = 0;
      const check = (): void => {
        const labels = text(stand).split(' ').slice(0, -1);
        for (const label of labels.slice(sent)) {
          expect(waiting.get(`${label} `)).toBeLessThanOrEqual(stand.clock.now());
          waiting.delete(`${label} `);
        }
        sent = labels.length;
      };
      let total = 0;
      for (let ms = 0; ms < 120; ms++) {
        stand.takes(!blockedAt.includes(ms));
        stand.queue.fill(() => {
          for (const [index, { pushed, gaps, late }] of invocations.entries()) {
            if (pushed !== ms) continue;
            let due = stand.clock.now() - late;
            const dues = gaps.map((gap) => (due += gap));
            total += dues.length;
            const first = chain(dues, `${index}:`, (label, at) => waiting.set(label, at));
            if (first !== undefined) stand.queue.push(first);
          }
        });
        check();
        stand.clock.advance(1);
        check();
        if (ms % 10 === 9) stand.drain();
      }
      stand.takes(true);
      stand.drain();
      stand.clock.advance(20);
      check();
      expect([sent, waiting.size, stand.queue.isIdle]).toEqual([total, 0, true]);
      for (const index of invocations.keys()) {
        const own = text(stand)
          .split(' ')
          .filter((label) => label.startsWith(`${index}:`))
          .map((label) => Number(label.split(':')[1]));
        expect(own).toEqual(own.toSorted((a, b) => a - b));
      }
      expect(stand.writes.reduce((sum, { count }) => sum + count, 0)).toBe(total);
    }),
    { numRuns: 150 },
  );
});

test('sends steps that wait by their times, those of one time as they were pushed', () => {
  const due = fc.integer({ min: 1, max: 6 });
  fc.assert(
    fc.property(fc.array(due, { maxLength: 40 }), fc.boolean(), (dues, isFilled) => {
      const stand = openStand();
      const push = (): void => {
        for (const [index, at] of dues.entries()) stand.queue.push(step(at, `${at}:${index} `));
      };
      if (isFilled) stand.queue.fill(push);
      else push();
      stand.clock.advance(10);
      const expected = dues.map((at, index) => [at, index] as const).toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
      expect(text(stand)).toBe(expected.map(([at, index]) => `${at}:${index} `).join(''));
    }),
  );
});

test('sends in one write what is due together, and tells how many messages it is', () => {
  const stand = openStand();
  stand.queue.fill(() => {
    for (const name of ['a', 'b', 'c']) stand.queue.push(step(0, name));
  });
  expect(stand.writes).toEqual([{ bytes: 'abc', count: 3 }]);
});

test('keeps the order of texts and bytes, each byte message in a write of its own', () => {
  const stand = openStand();
  stand.queue.fill(() => {
    for (const bytes of ['a', 'b', Buffer.from('C'), 'd', Buffer.from('E')]) stand.queue.push(step(0, bytes));
  });
  expect(stand.writes).toEqual([
    { bytes: 'ab', count: 2 },
    { bytes: 'C', count: 1 },
    { bytes: 'd', count: 1 },
    { bytes: 'E', count: 1 },
  ]);
});

test('stops at about 64 KiB a write', () => {
  const stand = openStand();
  stand.queue.fill(() => {
    for (let count = 0; count < 200; count++) stand.queue.push(step(0, 'x'.repeat(1000)));
  });
  expect(stand.writes.map(({ bytes }) => bytes.length)).toEqual([66_000, 66_000, 66_000, 2000]);
  expect(stand.writes.map(({ count }) => count)).toEqual([66, 66, 66, 2]);
});

test('makes no more steps than the client takes, and goes on where it stopped', () => {
  const stand = openStand();
  let made = 0;
  const endless = (): Step => step(0, Buffer.from(`${made++} `), { next: endless });
  stand.takes(false);
  stand.queue.push(endless());
  stand.clock.advance(50);
  expect([made, text(stand), stand.blocked, stand.queue.isIdle]).toEqual([2, '0 ', [true], false]);
  stand.drain();
  stand.clock.advance(50);
  expect([made, text(stand), stand.blocked]).toEqual([3, '0 1 ', [true, false, true]]);
});

test('sends nothing that comes due while the client is blocked, and all of it in order afterwards', () => {
  const stand = openStand();
  stand.takes(false);
  stand.queue.fill(() => stand.queue.push(step(0, 'a ')));
  stand.queue.push(step(3, 'c '));
  stand.queue.push(step(2, 'b '));
  stand.queue.fill(() => stand.queue.push(step(0, 'late ')));
  stand.clock.advance(10);
  expect(text(stand)).toBe('a ');
  stand.takes(true);
  stand.drain();
  expect(text(stand)).toBe('a late b c ');
  expect(stand.blocked).toEqual([true, false]);
});

test('ignores a drain that it does not wait for', () => {
  const stand = openStand();
  stand.queue.push(step(5, 'a'));
  stand.drain();
  expect([text(stand), stand.blocked]).toEqual(['', []]);
});

test('tells that a step was sent when its bytes have been written, not before', () => {
  const stand = openStand();
  let seen = '';
  stand.queue.fill(() => {
    stand.queue.push(step(0, 'a'));
    stand.queue.push(step(0, 'b', { onSent: () => (seen = text(stand)) }));
    stand.queue.push(step(0, 'c'));
  });
  expect([seen, text(stand)]).toEqual(['ab', 'abc']);
});

test('exits when all before has been written, and sends nothing after', () => {
  const stand = openStand();
  const exit = { code: 3, signal: null };
  stand.queue.fill(() => {
    stand.queue.push(step(5, 'before '));
    stand.queue.push(step(6, '', { exit }));
    stand.queue.push(step(6, 'after '));
    stand.queue.push(step(7, 'after '));
  });
  stand.clock.advance(4.9);
  expect([text(stand), stand.exits]).toEqual(['', []]);
  stand.clock.advance(20);
  expect([text(stand), stand.exits]).toEqual(['before ', [exit]]);
});

test('waits for one step with one appointment, however much else is sent meanwhile', () => {
  const stand = openStand();
  const appointments = vi.spyOn(stand.alarm, 'at');
  stand.queue.push(step(60_000, 'late'));
  for (let chunk = 0; chunk < 1000; chunk++) {
    stand.queue.fill(() => stand.queue.push(step(stand.clock.now(), 'a')));
    stand.queue.push(step(stand.clock.now() + 0.5, 'b'));
    stand.clock.advance(1);
  }
  expect(text(stand)).toBe('ab'.repeat(1000));
  expect(appointments.mock.calls.filter(([due]) => due === 60_000)).toHaveLength(1);
});

test('is idle only when nothing waits', () => {
  const stand = openStand();
  expect(stand.queue.isIdle).toBe(true);
  stand.queue.push(step(5, 'a'));
  expect(stand.queue.isIdle).toBe(false);
  stand.clock.advance(6);
  expect(stand.queue.isIdle).toBe(true);
});
