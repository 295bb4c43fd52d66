import type { ReadOptions } from '../foundation/read-options.ts';
export function runInspect(_: ReadOptions): Promise<number> { return Promise.resolve(0); }
