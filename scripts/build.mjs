// Builds dist/. Run as a program it always builds, and installs what that needs; scripts/setup.mjs builds only what is stale.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { explainInstall, install } from './install.mjs';
import { root, runScript, say, ScriptError, withLock } from './project.mjs';

const sources = ['src', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsdown.config.ts'];
const results = ['cli.cjs', 'dify.cjs', 'about-worker.cjs', 'index.js', 'index.d.ts'];
const dist = join(root, 'dist');
const stamp = '.stamp';

/** Says why a build is needed, or nothing. */
export function explainBuild() {
  if (!existsSync(dist)) return 'dist is missing';
  const lost = results.find((name) => !existsSync(join(dist, name)));
  if (lost) return `dist/${lost} is missing`;
  if (!existsSync(join(dist, stamp))) return 'dist has no stamp';
  return readFileSync(join(dist, stamp), 'utf8') === hashSources() ? undefined : 'the sources have changed';
}

/** Builds beside dist and then swaps, so that whoever runs dist meanwhile never sees half of it. Needs the lock. */
export async function build(reason) {
  say(`building dist: ${reason}`);
  const made = join(root, '.build');
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made);
  try {
    const hash = hashSources(); // before the build: what changes while it runs is built the next time
    await bundle('.build');
    writeFileSync(join(made, stamp), hash);
    if (existsSync(dist)) renameSync(dist, `${made}-old`);
    renameSync(made, dist);
  } finally {
    rmSync(made, { recursive: true, force: true });
    rmSync(`${made}-old`, { recursive: true, force: true });
  }
}

async function bundle(outDir) {
  // Loaded here: scripts/setup.mjs uses this file before there are any dependencies.
  const tsdown = await import('tsdown').catch(() => {
    throw new ScriptError('Failed to build: tsdown is not installed. Run `npm ci` first.');
  });
  process.chdir(root); // tsdown looks for its configuration's imports from here
  try {
    await tsdown.build({ cwd: root, outDir, logLevel: 'warn' });
  } catch (error) {
    throw new ScriptError(`Failed to build: ${error.message}`);
  }
}

function hashSources() {
  const hash = createHash('sha256');
  for (const path of sources.flatMap(listFiles)) {
    const bytes = readFileSync(join(root, path));
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

function listFiles(path) {
  if (path !== 'src') return existsSync(join(root, path)) ? [path] : [];
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .toSorted();
}

await runScript(import.meta.url, () =>
  withLock(async () => {
    const missing = explainInstall();
    if (missing) install(missing);
    await build('asked for');
  }),
);
