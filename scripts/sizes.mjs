// Fails where a source file has more than 400 lines. From 250 on the linter warns: a rule has one severity only.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runScript, ScriptError } from './project.mjs';

const limit = 400;
const folders = ['src', 'scripts', 'bench', 'bin'];

function listFiles(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .filter((name) => /\.[cm]?[jt]s$/.test(name))
    .map((name) => join(folder, name));
}

await runScript(import.meta.url, () => {
  const sizes = folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap(listFiles)
    .map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length - 1 }));
  const long = sizes.filter(({ lines }) => lines > limit).map(({ file, lines }) => `${file} has ${lines} lines`);
  if (long.length > 0)
    throw new ScriptError(`${long.join('\n')}\nNo file may have more than ${limit}: split it by topic.`);
});
