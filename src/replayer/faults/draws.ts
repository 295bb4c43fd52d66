import { createHash } from 'node:crypto';

const bits = 48;

/**
 * A random number from 0 to below 1 that depends on nothing but its names: the same ones give the same number, in
 * whatever order they are asked for.
 */
export function drawFor(...names: readonly (string | number)[]): number {
  return (
    createHash('sha256')
      .update(JSON.stringify(names))
      .digest()
      .readUIntBE(0, bits / 8) /
    2 ** bits
  );
}
