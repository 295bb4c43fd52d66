// Makes docs/cli.md from the option table, by way of the program's own help. `--check` says whether it is in step.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tsImport } from 'tsx/esm/api';
import { root, runScript, say, ScriptError } from './project.mjs';

const file = join(root, 'docs/cli.md');

await runScript(import.meta.url, async () => {
  const text = renderPage(await renderDropIn());
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text)
    throw new ScriptError('docs/cli.md is not in step with the option table. Run `npm run docs`.');
  say(`docs/cli.md ${process.argv.includes('--check') ? 'is in step' : 'is written'}`);
});

/** What only the drop-in reads, as a table. */
async function renderDropIn() {
  const load = (file) => tsImport(join(root, 'src/foundation', file), import.meta.url);
  const { dropInOptions } = await load('drop-in-option-table.ts');
  const { environmentName } = await load('option-spec.ts');
  const rows = dropInOptions.map((spec) => `| \`${environmentName(spec)}\` | ${spec.text} | ${spec.usually ?? '0'} |`);
  return [
    '## reprise-dify',
    'The [drop-in](drop-in.md) has the flags of `dify`. It reads the variables of `replay`, with `instant` for the pace, `text` for the format and `error` for what never ended; and these:',
    ['| variable | says | usually |', '| --- | --- | --- |', ...rows].join('\n'),
  ].join('\n\n');
}

function renderPage(dropIn) {
  const names = [...help().matchAll(/^ {2}([a-z]+)(?: |$)/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== 'help');
  const sections = names.map((name) => `## reprise ${name}\n\n${fence(help(name))}`);
  return `${[
    '# The command line',
    '<!-- Made by `npm run docs` from src/foundation/*-option-table.ts: change it there. -->',
    'An environment variable holds where its option is not given; of an option that can be repeated it has one value a line, and adds to those of the command line. Of a switch it is 1 or 0. `REPRISE_SESSION` says what is being tested, for the journal. A recording may be a file, packed with gzip or not, a folder, or a pattern.',
    "Exit status: 0 good, 1 a finding, 2 wrong use or unreadable input. `record` gives the status of the command, 128 and its number for a signal; 1 where the recording was lost and the command's status is 0; 126 and 127 as a shell, 125 where reprise itself failed to start it.",
    fence(help()),
    ...sections,
    dropIn,
  ].join('\n\n')}\n`;
}

function help(...words) {
  return execFileSync(process.execPath, [join(root, 'bin/reprise.js'), ...words, '--help'], {
    encoding: 'utf8',
    env: { ...process.env, COLUMNS: '120', NO_COLOR: '1' },
  }).trimEnd();
}

function fence(text) {
  return `\`\`\`text\n${text}\n\`\`\``;
}
