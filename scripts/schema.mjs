// Makes the JSON Schemas in schema/ from the sources that they describe. `--check` says whether they are in step.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tsImport } from 'tsx/esm/api';
import { root, runScript, say, ScriptError } from './project.mjs';

const load = (file) => tsImport(join(root, 'src', file), import.meta.url);

const schemas = {
  'schema/recording.schema.json': async () => (await load('recording/schema.ts')).createJsonSchema(),
  'schema/journal.schema.json': async () => (await load('replayer/journal-schema.ts')).createJournalJsonSchema(),
  'schema/fault-plan.schema.json': async () =>
    (await load('replayer/faults/fault-plan-schema.ts')).createFaultPlanJsonSchema(),
  'schema/config.schema.json': async () => {
    const { configOptions } = await load('foundation/redaction-option-table.ts');
    return (await load('recording/config-schema.ts')).createConfigJsonSchema(configOptions);
  },
};

await runScript(import.meta.url, async () => {
  const isCheck = process.argv.includes('--check');
  mkdirSync(join(root, 'schema'), { recursive: true });
  for (const [name, create] of Object.entries(schemas)) {
    const file = join(root, name);
    const text = `${JSON.stringify(await create(), null, 2)}\n`;
    if (!isCheck) writeFileSync(file, text);
    else if (!existsSync(file) || readFileSync(file, 'utf8') !== text)
      throw new ScriptError(`${name} is not in step with its source. Run \`node scripts/schema.mjs\`.`);
    say(`${name} ${isCheck ? 'is in step' : 'is written'}`);
  }
});
