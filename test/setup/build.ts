import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Tests of the program run the built files: build them where they are stale. */
export function setup(): void {
  const script = fileURLToPath(new URL('../../scripts/setup.mjs', import.meta.url));
  const { status } = spawnSync(process.execPath, [script], { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('Failed to set up the tests: see the text above.');
}
