// Are the dependencies there as package-lock.json wants them?
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { root, runLoudly, say, ScriptError } from './project.mjs';

/** Says why `npm ci` is needed, or nothing. */
export function explainInstall() {
  const wanted = readJson('package-lock.json');
  if (!wanted) throw new ScriptError('Failed to set up: package-lock.json is missing. Run `npm install` once.');
  // npm keeps there what it has installed.
  const installed = readJson('node_modules/.package-lock.json');
  if (!installed) return 'node_modules is missing';
  if (!fitsManifest(wanted.packages[''])) return 'package.json and package-lock.json differ';
  for (const [path, entry] of Object.entries(wanted.packages)) {
    if (path === '') continue;
    const found = installed.packages[path];
    if (!found && entry.optional) continue; // for another platform
    if (!found || found.version !== entry.version || found.integrity !== entry.integrity) return `${path} does not fit`;
    if (!entry.optional && !existsSync(join(root, path, 'package.json'))) return `${path} is missing`;
  }
  return undefined;
}

/** Installs exactly what package-lock.json says. */
export function install(reason) {
  say(`installing dependencies: ${reason}`);
  const status = runLoudly('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  if (status !== 0)
    throw new ScriptError(`Failed to install dependencies: \`npm ci\` ended with ${status} (see above).`);
}

function fitsManifest(locked) {
  const manifest = readJson('package.json');
  return ['dependencies', 'devDependencies', 'optionalDependencies'].every((kind) =>
    isDeepStrictEqual(manifest[kind] ?? {}, locked[kind] ?? {}),
  );
}

function readJson(path) {
  const file = join(root, path);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
