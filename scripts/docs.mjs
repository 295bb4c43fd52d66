// Makes docs/cli.md from the option table and the tables of docs/faults.md from the catalogue, by way of the program itself.
// `--check` says whether they are in step.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tsImport } from 'tsx/esm/api';
import { root, runScript, say, ScriptError } from './project.mjs';

const pages = {
  'docs/cli.md': async () => renderPage(await renderDropIn()),
  'docs/faults.md': (text) => {
    const { faults, presets } = JSON.parse(reprise('faults', '--json'));
    return fill(fill(text, 'catalogue', renderKinds(faults)), 'presets', renderPresets(presets));
  },
};

await runScript(import.meta.url, async () => {
  const isCheck = process.argv.includes('--check');
  for (const [name, render] of Object.entries(pages)) {
    const file = join(root, name);
    const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const text = await render(before);
    if (!isCheck) writeFileSync(file, text);
    else if (before !== text) throw new ScriptError(`${name} is not in step with the program. Run \`npm run docs\`.`);
    say(`${name} ${isCheck ? 'is in step' : 'is written'}`);
  }
});

/** Puts a text between a page's marks of a name. */
function fill(page, name, text) {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [head, rest = ''] = page.split(start);
  const [, tail] = rest.split(end);
  if (tail === undefined) throw new ScriptError(`docs/faults.md has no ${start} with an ${end} behind it. Write both.`);
  return `${head}${start}\n\n${text}\n\n${end}${tail}`;
}

/** A table for each group, and which kinds need nothing that is due. */
function renderKinds(kinds) {
  const groups = [...new Set(kinds.map(({ group }) => group))].map((group) => {
    const members = kinds.filter((kind) => kind.group === group);
    const note = members.every((kind) => kind.tcp_only) ? 'In TCP mode only.\n\n' : '';
    return `### ${group}\n\n${note}${renderFaults(members)}`;
  });
  const others = kinds.filter((kind) => !kind.changes_message).map(({ name }) => `\`${name}\``);
  const note = `These can act \`after\` a place, too, or some time after a request; the others change what is due. ${others.join(', ')}.`;
  return [...groups, note].join('\n\n');
}

function renderPresets(presets) {
  return renderFaults(presets, [
    'known',
    ({ known, source }) => (source === undefined ? known : `[${known}](${source})`),
  ]);
}

/** A table, with one more column where there is more to say. */
function renderFaults(faults, [head, tell] = []) {
  const more = (text) => (head === undefined ? '' : ` ${text} |`);
  const rows = faults.map((fault) => {
    const parameters = Object.entries(fault.parameters).map(renderParameter).join('<br>');
    return `| \`${fault.name}\` | ${fault.at} | ${parameters} | ${fault.text} |${more(tell?.(fault))}`;
  });
  return [
    `| fault | usually at | parameters | what happens |${more(head)}`,
    `| --- | --- | --- | --- |${more('---')}`,
    ...rows,
  ].join('\n');
}

function renderParameter([name, { usually, text }]) {
  const value = typeof usually === 'string' && /[^\w-]/.test(usually) ? JSON.stringify(usually) : usually;
  return `\`${name}${value === undefined ? '' : `=${value}`}\` ${text}`;
}

/** What only the drop-in reads, as a table. */
async function renderDropIn() {
  const load = (file) => tsImport(join(root, 'src/foundation', file), import.meta.url);
  const { dropInOptions } = await load('drop-in-option-table.ts');
  const { environmentName } = await load('option-spec.ts');
  const rows = dropInOptions.map(
    (spec) =>
      `| \`${environmentName(spec)}\` | ${spec.text} | ${spec.usually ?? (spec.kind === 'texts' ? 'none' : '0')} |`,
  );
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
    'An environment variable holds where its option is not given; of an option that can be repeated it has one value a line, and adds to those of the command line. Of a switch it is 1 or 0. `REPRISE_SESSION` says what is being tested, for the journal; `REPRISE_KEY` is the [key](sharing.md#the-placeholder-and-the-key) that secrets are replaced with, `REPRISE_CACHE_DIR` the folder of [bundles](sharing.md#the-cache) that were pulled. A recording may be a file, packed with gzip or not, a folder, or a pattern; where none is named, those of the nearest `reprise.config.json` are meant, or else the folder `recordings`. (`redact`, which writes, wants names.)',
    "Exit status: 0 good, 1 a finding, 2 wrong use or unreadable input. `record` gives the status of the command, 128 and its number for a signal; 1 where the recording was lost and the command's status is 0; 126 and 127 as a shell, 125 where reprise itself failed to start it.",
    fence(help()),
    ...sections,
    dropIn,
  ].join('\n\n')}\n`;
}

function help(...words) {
  return reprise(...words, '--help').trimEnd();
}

function reprise(...words) {
  return execFileSync(process.execPath, [join(root, 'bin/reprise.js'), ...words], {
    encoding: 'utf8',
    env: { ...process.env, COLUMNS: '120', NO_COLOR: '1' },
  });
}

function fence(text) {
  return `\`\`\`text\n${text}\n\`\`\``;
}
