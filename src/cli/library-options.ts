import { libraryName } from '../foundation/check-options.ts';
import type { ReadOptions } from '../foundation/read-options.ts';
import { replayOptions } from '../foundation/replay-option-table.ts';
import type { ReplayOptions } from '../replayer/replay-options.ts';

/** The library's names for what the option table has read, and checked. */
export function optionsOf(values: ReadOptions['values']): ReplayOptions {
  const given = replayOptions.filter(({ flag }) => values[flag] !== undefined);
  return Object.fromEntries(given.map((spec) => [libraryName(spec), values[spec.flag]]));
}

/** The other way: the values of the option table for the library's names. */
export function valuesOf(options: ReplayOptions): ReadOptions['values'] {
  const given = new Map<string, unknown>(Object.entries(options));
  const values = replayOptions.map((spec) => [spec.flag, given.get(libraryName(spec))]);
  // The table has the types of both.
  return Object.fromEntries(values) as ReadOptions['values'];
}
