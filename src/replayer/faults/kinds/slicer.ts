import type { Step } from '../../step.ts';
import { defineFault, instead } from '../fault.ts';
import { bytes as bytesOf, milliseconds } from '../parameters.ts';
import { messages } from '../place.ts';

/** A message that comes in many writes, as a network may cut it: characters of several bytes are cut, too. */
export const slicer = defineFault({
  name: 'slicer',
  group: 'bytes',
  text: 'the message comes in small writes',
  parameters: {
    bytes: bytesOf(1, 'how much a write has'),
    gap: milliseconds(0, 'the wait between two of them'),
  },
  at: 'any',
  places: messages,
  isChange: true,
  prepare: ({ bytes, gap }) => {
    return ({ step, wire }) => {
      const whole = wire();
      return whole && instead(...slice({ ...step, bytes: whole }, bytes, () => gap));
    };
  },
});

/**
 * Cuts a message into steps of `size` bytes, between which nothing else is sent.
 * @param wait the milliseconds after so many bytes; none after the last
 */
export function slice(step: Step & { bytes: Buffer }, size: number, wait: (bytes: number) => number): Step[] {
  const { bytes, onSent, exit, next: _next, ...rest } = step;
  const slices: Step[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size);
    const hold = at + size < bytes.length ? wait(part.length) : 0;
    slices.push({ ...rest, bytes: part, hold, ...(at > 0 && { isRest: true }) });
  }
  const last = slices.at(-1);
  if (last !== undefined && onSent !== undefined) last.onSent = onSent;
  if (last !== undefined && exit !== undefined) last.exit = exit;
  return slices;
}
