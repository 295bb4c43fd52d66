import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { reprise, root } from './support/run.ts';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'recordings/README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
const blocks = (page: string, language: string): string[] =>
  [...read(page).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, code = '']) => code);

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

test.each(blocks('docs/library.md', 'js').map((code, index) => [index + 1, code] as const))(
  'example %i of docs/library.md prints what it says',
  async (index, code) => {
    const file = join(root, `.example-${index}.mjs`); // inside the project, so that `reprise` resolves to it
    writeFileSync(file, code);
    try {
      const { stdout } = await execa(process.execPath, [file], { cwd: root });
      const promised =
        /console\.log\(.*\); \/\/ (.*)$/m.exec(code)?.[1]?.replace(/ ?…$/, '') ?? 'an example prints something';
      expect(stdout.startsWith(promised)).toBe(true);
    } finally {
      rmSync(file);
    }
  },
);

test('the commands of the README that need nothing but the project do what it says', async () => {
  const commands = blocks('README.md', 'sh')
    .join('')
    .split('\n')
    .map((line) => line.replace(/ +#.*$/, ''))
    .filter((line) => line.startsWith('node '));
  expect(commands.length).toBeGreaterThan(3);
  for (const command of commands) {
    const { exitCode, stdout } = await execa({ shell: true, cwd: root, reject: false })`${command}`;
    expect([command, exitCode]).toEqual([command, 0]);
    expect(stdout).not.toBe('');
  }
});

test.each(pages)('every link of %s leads to a file', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
  expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
});

test('docs/cli.md is what the option table says', async () => {
  const { exitCode } = await execa(process.execPath, ['scripts/docs.mjs', '--check'], { cwd: root, reject: false });
  expect(exitCode).toBe(0);
});

test('the help names every option with its variable', async () => {
  const { stdout } = await reprise(['replay', '--help']);
  for (const name of ['--pace', 'REPRISE_PACE', '--max-gap', 'REPRISE_MAX_GAP', '-m, --mode', '--exit-on-eof'])
    expect(stdout).toContain(name);
});

test('npm start shows the conversation, and ends with status 0', async () => {
  const { exitCode, stdout } = await execa(process.execPath, ['examples/demo.mjs'], { cwd: root, reject: false });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^ *0\.\d{3} s ← \{"invoke_id":"","type":"info"/m);
  expect(stdout).toMatch(/^ *0\.\d{3} s → \{"invoke_id":"demo"/m);
  expect(stdout).toContain('the model says: Record once, play it back for ever');
});

test('docs/inspect-and-check.md shows what inspect says of a recording that ships', async () => {
  const { stdout } = await reprise(['inspect', 'recordings/tcp.jsonl']);
  expect(read('docs/inspect-and-check.md')).toContain(stdout);
});
