import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/drop-in/commands.ts';
import { findCommand } from '../../../src/cli/drop-in/find-command.ts';
import { parseFlags } from '../../../src/cli/drop-in/parse-flags.ts';
import { nameOf } from '../../../src/cli/drop-in/usage.ts';
import { dify, makePackage, makeScript, runDify } from '../../support/drop-in.ts';
import { makeFolder } from '../../support/files.ts';
import { drive, sessionFile } from '../../support/programs.ts';
import { root } from '../../support/run.ts';

const recordings = { REPRISE_RECORDINGS: join(root, 'recordings') };
const stream = join(root, 'recordings/stream.jsonl');
const equal = { status: 0, output: expect.stringMatching(/: equal, \d+ lines\n$/) as string };

/** A folder with the broken packages of the golden sessions. */
function makeBroken(): string {
  const folder = makeFolder();
  const zip = (name: string, files: Record<string, string>): void =>
    writeFileSync(
      join(folder, name),
      zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]))),
    );
  writeFileSync(join(folder, 'not-a-zip.difypkg'), 'this is no zip file');
  zip('no-manifest.difypkg', { 'main.py': '' });
  zip('bad-manifest.difypkg', { 'manifest.yaml': '[}' });
  return folder;
}

test.each([
  'version',
  'no-argument',
  'unknown-flag',
  'no-such-package',
  'text-no-such-package',
  'not-a-package',
  'no-manifest',
  'bad-manifest',
])('it does as the real program did in the session %s, to the byte and the status', async (session) => {
  const [head = ''] = readFileSync(sessionFile(session), 'utf8').split('\n', 1);
  const { argv } = JSON.parse(head) as { argv: string[] };
  const broken = makeBroken();
  const args = argv.slice(1).map((word) => (word.startsWith('broken/') ? join(broken, word.slice(7)) : word));
  const command = ['env', `REPRISE_RECORDINGS=${recordings.REPRISE_RECORDINGS}`, dify, ...args];
  expect(await drive(session, [], command)).toEqual(equal);
});

const usage = `Usage:
  dify plugin run [plugin_package_path] [flags]

Flags:
  -l, --enable-logs              enable logs
  -h, --help                     help for run
  -m, --mode string              run mode, stdio or tcp (default "stdio")
  -r, --response-format string   response format, text or json (default "text")

Global Flags:
      --config string   config file (default is $HOME/.dify.yaml)

`;

test.each([
  ['two arguments', ['a', 'b'], 'accepts 1 arg(s), received 2'],
  ['a flag without its value', ['a', '--mode'], 'flag needs an argument: --mode'],
  ['a short one without it', ['a', '-r'], "flag needs an argument: 'r' in -r"],
  ['an unknown letter', ['a', '-lx'], "unknown shorthand flag: 'x' in -x"],
  ['no flag at all', ['a', '--=x'], 'bad flag syntax: --=x'],
  ['three dashes', ['a', '---mode'], 'bad flag syntax: ---mode'],
  [
    'a boolean that is none',
    ['a', '-l=perhaps'],
    'invalid argument "perhaps" for "-l, --enable-logs" flag: strconv.ParseBool: parsing "perhaps": invalid syntax',
  ],
])('wrong use, %s, is told on stderr with the usage, and has status 0', async (_what, args, fault) => {
  expect(await runDify(['plugin', 'run', ...args])).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: `Error: ${fault}\n${usage}`,
  });
});

test.each([
  [['-m', 'tcp', '-r', 'json', 'x'], { mode: 'tcp', 'response-format': 'json' }],
  [['x', '--mode', 'tcp', '--response-format', 'json'], { mode: 'tcp', 'response-format': 'json' }],
  [['--mode=tcp', 'x', '--response-format=json'], { mode: 'tcp', 'response-format': 'json' }],
  [['-mtcp', '-rjson', 'x'], { mode: 'tcp', 'response-format': 'json' }],
  [['-m=tcp', '-r=json', 'x'], { mode: 'tcp', 'response-format': 'json' }],
  [['-lr', 'json', 'x'], { 'enable-logs': 'true', 'response-format': 'json' }],
  [['-lrjson', 'x'], { 'enable-logs': 'true', 'response-format': 'json' }],
  [['--enable-logs=false', 'x'], { 'enable-logs': 'false' }],
  [['-r', 'text', '-r', 'json', 'x'], { 'response-format': 'json' }],
  [['-r', '-m', 'x'], { 'response-format': '-m' }],
  [['-h', 'x'], { help: 'true' }],
  [['--', 'x'], {}],
])('%j is read as the program reads it', (args, values) => {
  const parsed = parseFlags(args, runCommand.flags);
  expect(parsed).toEqual({ values: new Map(Object.entries(values)), words: ['x'] });
});

test('help is told on stdout, of every command', async () => {
  const help = await runDify(['--help']);
  expect(help).toMatchObject({ exitCode: 0, stderr: '' });
  expect(help.stdout).toContain('\n  plugin      Plugin\n');
  expect(await runDify([])).toEqual(help);
  expect(await runDify(['help'])).toEqual(help);
  const run = await runDify(['plugin', 'run', 'x', '-h']);
  expect(run.stdout).toBe(
    `Launch a plugin locally and communicate through stdin/stdout or TCP\n\n${usage.slice(0, -1)}`,
  );
  expect(await runDify(['help', 'plugin', 'run'])).toEqual(run);
  expect((await runDify(['plugin', 'nonsense'])).stdout).toContain(
    'Plugin related commands\n\nUsage:\n  dify plugin [command]\n',
  );
  expect((await runDify(['help', 'nonsense', 'x'])).stderr).toMatch(/^Unknown help topic \[`nonsense` `x`\]\nUsage:\n/);
  expect((await runDify(['help', 'plugin', 'nonsense'])).stdout).toMatch(/^Plugin related commands\n/);
});

// What cobra 1.8.1, the program's library, does with these, asked in a program with the same commands.
test.each([
  ['--config c plugin run x', 'dify plugin run', '--config c x'],
  ['--response-format json plugin run x', 'dify plugin run', '--response-format json x'],
  ['plugin -r json run x', 'dify plugin run', '-r json x'],
  ['-r=json plugin -mtcp run x', 'dify plugin run', '-r=json -mtcp x'],
  ['plugin --foo bar run x', 'dify plugin run', '--foo bar x'],
  ['- plugin run x', 'dify plugin run', '- x'],
  ['plugin --help run x', 'dify plugin', '--help run x'],
  ['plugin --foo run', 'dify plugin', '--foo run'],
  ['plugin -- run x', 'dify plugin', '-- run x'],
  ['--help plugin', 'dify', '--help plugin'],
  ['-- plugin', 'dify', '-- plugin'],
])('`dify %s` is %s with %s', (line, name, args) => {
  const found = findCommand(line.split(' '));
  expect(typeof found === 'string' ? found : [nameOf(found.path), found.args.join(' ')]).toEqual([name, args]);
});

test.each(['--help plugin run x', '-h plugin run', '--foo plugin run x', '-l plugin run x'])(
  '`dify %s` asks for a command that there is not, since the flag takes the word after it',
  async (line) => {
    expect(findCommand(line.split(' '))).toBe('run');
    const run = await runDify(line.split(' '), { env: recordings });
    expect(run).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: `Error: unknown command "run" for "dify"\nRun 'dify --help' for usage.\n`,
    });
  },
);

test('a command that there is not is told, with one that is like it', async () => {
  expect(await runDify(['plugn', 'run'])).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: `Error: unknown command "plugn" for "dify"\n\nDid you mean this?\n\tplugin\n\nRun 'dify --help' for usage.\n`,
  });
});

test('flags may stand before the command', async () => {
  const run = await runDify(['--config', 'x.yaml', 'plugin', '--config=y', 'run', 'none.difypkg', '-rjson'], {
    env: recordings,
  });
  expect(run.stdout).toContain('open none.difypkg: no such file or directory');
});

test.each([
  ['plugin', 'init'],
  ['plugin', 'checksum', 'x'],
  ['bundle', 'init'],
  ['signature', 'verify', 'x', '--flag'],
])('%s %s is not imitated: that is told, with where the program itself is, and has status 1', async (...args) => {
  const other = makeScript('dify', 'exit 0');
  const run = await runDify(args, { env: { PATH: `${dirname(other)}:${process.env['PATH']}` } });
  expect(run).toMatchObject({ exitCode: 1, stdout: '' });
  expect(run.stderr).toMatch(/^reprise: `dify [a-z ]+` is not imitated: /);
  expect(run.stderr).toContain(other);
});

test('an unknown response format gives an empty line for each message', async () => {
  const file = await makePackage('probe');
  const command = ['env', `REPRISE_RECORDINGS=${stream}`, dify];
  expect(await drive('bad-format', [], [...command, 'plugin', 'run', file, '-r', 'yaml'])).toEqual(equal);
});

test('an unknown mode is told after loading', async () => {
  const file = await makePackage('probe');
  const run = await runDify(['plugin', 'run', file, '-m', 'udp', '-r', 'json'], {
    env: { REPRISE_RECORDINGS: stream },
  });
  expect(run).toMatchObject({
    exitCode: 1,
    stdout: `{"invoke_id":"","type":"info","response":{"info":"loading plugin"}}\n{"invoke_id":"","type":"error","response":{"error":"invalid run mode: udp"}}\n`,
  });
});
