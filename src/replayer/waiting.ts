import type { Step } from './step.ts';

/** A step that waits for its time. */
export interface Waiting {
  step: Step;
  /** Of what is due at the same time, the lower comes first. What follows a step has its number. */
  order: number;
}

/** Nothing is sent before a time, and then first of all what follows. */
export interface Hold {
  until: number;
  next: Waiting | undefined;
}

/** Whose turn comes first. */
export function byTurn(a: Waiting, b: Waiting): number {
  return a.step.due - b.step.due || a.order - b.order;
}
