import { RepriseError } from '../foundation/reprise-error.ts';

/** How recorded gaps become waits: as they were, not at all, or times as fast (`2x`, `0.5x`). */
export type Pace = 'recorded' | 'instant' | `${number}x`;

/** How gaps become waits. */
export interface Tempo {
  /** A recorded gap times this is the wait: 1, 0, 0.5 for `2x`. */
  factor: number;
  /** No wait between two messages is longer, in milliseconds. */
  maxGap: number;
  /** No wait during start-up is longer, in milliseconds. */
  startUpGap: number;
}

/** What start-up waits at most where nothing else is said, in milliseconds. */
const usualStartUpGap = 250;

/** @throws RepriseError `usage` where it is no pace */
export function parsePace(text: string): Pace {
  if (text === 'recorded' || text === 'instant') return text;
  const speed = /^(\d+(?:\.\d+)?)x$/.exec(text)?.[1];
  if (speed !== undefined && Number(speed) > 0) return `${Number(speed)}x`;
  throw new RepriseError(
    'usage',
    `Failed to read \`--pace\`: '${text}' is no pace. Give recorded, instant, or a speed such as 2x or 0.5x.`,
  );
}

/** The tempo of a pace, with the caps that were asked for. */
export function createTempo(
  pace: Pace,
  maxGap = Infinity,
  startUpGap = pace === 'instant' ? 0 : usualStartUpGap,
): Tempo {
  const factor = pace === 'recorded' ? 1 : pace === 'instant' ? 0 : 1 / Number.parseFloat(pace);
  return { factor, maxGap, startUpGap };
}

/** The wait for a recorded gap, in milliseconds. */
export function waitFor(gap: number, { factor, maxGap }: Tempo): number {
  return Math.min(Math.max(gap, 0) * factor, maxGap);
}
