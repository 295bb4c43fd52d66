// Makes a clone ready: installs what is missing, builds what is stale, says nothing where nothing is to do.
// Plain Node without dependencies, since it runs before there are any.
import { explainBuild, build } from './build.mjs';
import { explainInstall, install } from './install.mjs';
import { runScript, ScriptError, withLock } from './project.mjs';

/**
 * Installs and builds where needed. Safe when several run at the same time.
 * @throws {ScriptError} with a text for people
 */
export async function setup() {
  checkNode(process.versions.node);
  if (!explainInstall() && !explainBuild()) return;
  await withLock(async () => {
    // Asked again: whoever held the lock before may have done it.
    const missing = explainInstall();
    if (missing) install(missing);
    const stale = explainBuild();
    if (stale) await build(stale);
  });
}

function checkNode(version) {
  const [major, minor] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new ScriptError(
    `reprise needs Node 20.19 or newer, and this is Node ${version}. Install a newer one and try again.`,
  );
}

await runScript(import.meta.url, setup);
