import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { freeFile, nameRecording } from '../../src/recorder/output-file.ts';
import { makeFile, makeFolder } from '../support/files.ts';
import { reprise } from '../support/programs.ts';
import { record, recordCommand, start } from '../support/recorder.ts';
import { acknowledgement, end, ready, request, response } from '../support/recordings.ts';

const at = new Date(2026, 10, 22, 8, 5, 9);

test.each([
  [['dify', 'plugin', 'run', 'packages/time-0.0.6.difypkg', '-m', 'stdio'], 'time-0.0.6-20261122-080509.jsonl'],
  [['/usr/local/bin/my plugin', 'x'], 'my_plugin-20261122-080509.jsonl'],
  [['./é'], '_-20261122-080509.jsonl'],
])('a recording of %o is named after its plugin, or its command, and the time', (command, name) => {
  expect(nameRecording(command, at)).toBe(name);
});

test('a name that is taken gets a number', () => {
  const folder = makeFolder();
  for (const name of ['a.jsonl', 'a-2.jsonl', 'a-3.jsonl']) {
    const file = freeFile('a.jsonl', folder);
    expect(file).toBe(join(folder, name));
    writeFileSync(file, '');
  }
});

test('without -o it goes to ./recordings, and stderr says where', async () => {
  const cwd = makeFolder();
  const { stderr } = await start([...reprise, 'record', '--', 'sh', '-c', 'echo {}', 'time.difypkg'], { cwd }).ended;
  const [name = ''] = readdirSync(join(cwd, 'recordings'));
  expect(name).toMatch(/^time-\d{8}-\d{6}\.jsonl$/);
  expect(stderr).toContain(`reprise: recording to recordings/${name}; `);
  expect(stderr).toMatch(new RegExp(`kept in recordings/${name}\n$`));
});

test('the folders of the file are made', async () => {
  const file = join(makeFolder(), 'a', 'b', 'c.jsonl');
  expect((await start(recordCommand(file, ['true'])).ended).code).toBe(0);
  expect(existsSync(file)).toBe(true);
});

test('a file that exists is refused with status 2 before the command starts', async () => {
  const file = makeFile('precious');
  const { code, stdout, stderr } = await start(recordCommand(file, ['echo', 'started'])).ended;
  expect([code, stdout.toString(), stderr]).toEqual([
    2,
    '',
    `reprise: Failed to record to ${file}: it exists already. Choose another name with \`-o\`, or overwrite it with \`--force\`.\n`,
  ]);
  expect(readFileSync(file, 'utf8')).toBe('precious');
});

test('a file that exists is overwritten with --force, but not for a command that can not be started', async () => {
  const file = makeFile('precious');
  await start(recordCommand(file, ['no-such-command'], ['--force'])).ended;
  expect(readFileSync(file, 'utf8')).toBe('precious');
  expect((await start(recordCommand(file, ['true'], ['--force'])).ended).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toMatch(/^\{"format":"reprise"/);
});

test('nor is it lost where the system starts no such command', async () => {
  const file = makeFile('precious');
  const { code, stderr } = await start([
    process.execPath,
    '--input-type=module',
    '--eval',
    `import { record } from 'reprise';
    await record({ command: ['true', 'x'.repeat(4 << 20)], file: ${JSON.stringify(file)}, force: true, noRedact: true });`,
  ]).ended;
  expect([code, stderr]).toEqual([1, expect.stringContaining('Failed to start true: spawn E2BIG.')]);
  expect(readFileSync(file, 'utf8')).toBe('precious');
  expect(readdirSync(dirname(file))).toEqual(['recording.jsonl']);
});

test('a file that another recorder has open is replaced, which that one says, and neither writes to the other', async () => {
  const file = join(makeFolder(), 'recording.jsonl');
  const slow = start(recordCommand(file, ['sh', '-c', 'echo "{\\"slow\\":1}"; read -r word; echo "{\\"slow\\":2}"']));
  await slow.says('slow');
  expect((await start(recordCommand(file, ['echo', '{"quick":1}'], ['--force'])).ended).code).toBe(0);
  const sealed = readFileSync(file, 'utf8');
  slow.child.stdin.end('go on\n');
  const { code, stderr } = await slow.ended;
  expect(code).toBe(1);
  expect(stderr).toContain('the recording is not whole');
  expect(readFileSync(file, 'utf8')).toBe(sealed);
  expect(sealed).toMatch(/"quick"[^]*"event":"end".*\n$/);
  expect(sealed).not.toContain('slow');
});

test('--force replaces what a link leads to, and leaves its mode', async () => {
  const file = makeFile('precious');
  chmodSync(file, 0o600);
  const link = join(makeFolder(), 'link.jsonl');
  symlinkSync(file, link);
  expect((await start(recordCommand(link, ['true'], ['--force'])).ended).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toMatch(/^\{"format":"reprise"/);
  expect([statSync(file).mode & 0o777, lstatSync(link).isSymbolicLink()]).toEqual([0o600, true]);
});

test('a folder is refused, also with --force', async () => {
  const folder = makeFolder();
  const { code, stderr } = await start(recordCommand(folder, ['true'], ['--force'])).ended;
  expect([code, stderr]).toEqual([2, `reprise: Failed to record to ${folder}: it is a folder. Give \`-o\` a file.\n`]);
});

test('a device may be recorded to without --force', async () => {
  expect((await start(recordCommand('/dev/null', ['true'], ['-q'])).ended).code).toBe(0);
});

test('a recorder without a command says how to give one', async () => {
  const { code, stderr } = await start([...reprise, 'record', '-o', 'x.jsonl']).ended;
  expect([code, stderr]).toEqual([
    2,
    'reprise: Failed to record: give the command behind `--`, as in `reprise record -o FILE -- dify plugin run x.difypkg -m stdio -r json`.\n',
  ]);
});

test('a quiet recorder says nothing', async () => {
  const { stderr } = await record(['echo', ready], { options: ['--quiet'] });
  expect(stderr).toBe('');
});

test('but that what it records can not be replayed', async () => {
  const { stderr } = await record(['echo', '[plugin_ready] map[]'], { options: ['--quiet'] });
  expect(stderr).toMatch(/^reprise: this session is in the text format, .*\n$/);
});

test('one line at the end sums up, and names the invocations that never ended', async () => {
  const input = `${request('one')}\n${request('two', {}, 'invoke_llm')}\n`;
  const answers = [ready, acknowledgement, acknowledgement, response('one', 'x'), end('one'), response('two', 'y')];
  const { stderr } = await record(
    ['sh', '-c', 'printf "%s\\n" "$1"; read -r one; read -r two; shift; printf "%s\\n" "$@"', 'sh', ...answers],
    { input },
  );
  expect(stderr).toMatch(
    /^reprise: recording to .+; secrets are replaced by placeholders\nreprise: 8 messages \(\d+ B\) in 2 invocations, [\d.]+m?s, kept in .+; never ended: "two" invoke_llm\n$/,
  );
});
