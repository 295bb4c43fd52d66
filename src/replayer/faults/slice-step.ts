import type { Step } from '../step.ts';
import { bytesOf } from '../step.ts';

/**
 * The first write of a message that leaves in several; each of the others is made when the one before has been sent.
 * @param keep is told of each
 */
export function sliceStep(step: Step, keep: (slice: Step) => void): Step {
  const { slices, onSent, exit, next, ...rest } = step;
  const bytes = bytesOf(step);
  const size = slices?.size ?? bytes.length;
  return sliceFrom(0);

  function sliceFrom(at: number): Step {
    const part = bytes.subarray(at, at + size);
    const isLast = at + size >= bytes.length;
    const slice: Step = {
      ...rest,
      bytes: part,
      hold: (isLast ? slices?.lastWait(part.length) : slices?.wait(part.length)) ?? 0,
      ...(at > 0 && { isRest: true }),
      ...(isLast
        ? { ...(onSent && { onSent }), ...(exit && { exit }), ...(next && { next }) }
        : { isPart: true, next: () => sliceFrom(at + size) }),
    };
    keep(slice);
    return slice;
  }
}
