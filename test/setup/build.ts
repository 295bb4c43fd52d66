import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Variables by which a machine, a CI or a developer makes reprise, Node or the tests' programs behave otherwise. */
const settings =
  /^(CI|GITHUB_.*|NO_COLOR|FORCE_COLOR|CLICOLOR.*|PYTEST_.*|DIFY_CLI_PATH|DOCKER_CONFIG|XDG_CACHE_HOME|LANGUAGE|REPRISE_(?!TEST_).*)$/;

/**
 * Tests of the program run the built files: build them where they are stale. What they leave in the temporary folder,
 * such as the journals of replays that were killed, goes when all is over. Nothing of the machine's own settings is seen,
 * and that folder's name is one that has to be quoted.
 */
export function setup(): () => void {
  const script = fileURLToPath(new URL('../../scripts/setup.mjs', import.meta.url));
  const { status } = spawnSync(process.execPath, [script], { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('Failed to set up the tests: see the text above.');
  for (const name of Object.keys(process.env)) if (settings.test(name)) delete process.env[name];
  process.env['LC_ALL'] = 'C.UTF-8'; // tests read what shells and the system say
  const folder = mkdtempSync(join(tmpdir(), 'reprise tests ü-'));
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
