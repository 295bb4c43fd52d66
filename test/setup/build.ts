import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Tests of the program run the built files: build them where they are stale. What they leave in the temporary folder,
 * such as the journals of replays that were killed, goes when all is over.
 */
export function setup(): () => void {
  const script = fileURLToPath(new URL('../../scripts/setup.mjs', import.meta.url));
  const { status } = spawnSync(process.execPath, [script], { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('Failed to set up the tests: see the text above.');
  const folder = mkdtempSync(join(tmpdir(), 'reprise-tests-'));
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
