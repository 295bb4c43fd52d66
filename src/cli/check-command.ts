import type { ReadOptions } from '../foundation/read-options.ts';
export function runCheck(_: ReadOptions): Promise<number> { return Promise.resolve(0); }
