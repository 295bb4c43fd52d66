// Makes schema/recording.schema.json from src/recording/schema.ts. `--check` says whether it is in step.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tsImport } from 'tsx/esm/api';
import { root, runScript, say, ScriptError } from './project.mjs';

const name = 'schema/recording.schema.json';

await runScript(import.meta.url, async () => {
  const { createJsonSchema } = await tsImport(join(root, 'src/recording/schema.ts'), import.meta.url);
  const file = join(root, name);
  const text = `${JSON.stringify(createJsonSchema(), null, 2)}\n`;
  const isCheck = process.argv.includes('--check');
  if (isCheck && (!existsSync(file) || readFileSync(file, 'utf8') !== text))
    throw new ScriptError(`${name} is not in step with src/recording/schema.ts. Run \`node scripts/schema.mjs\`.`);
  if (!isCheck) {
    mkdirSync(join(root, 'schema'), { recursive: true });
    writeFileSync(file, text);
  }
  say(`${name} ${isCheck ? 'is in step' : 'is written'}`);
});
