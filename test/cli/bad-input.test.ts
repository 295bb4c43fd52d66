import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { quoteWord } from '../../src/foundation/spell-option.ts';
import { reprise, root } from '../support/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'reprise-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const whole = readFileSync(join(root, 'recordings/regex.jsonl'), 'utf8').split('\n');

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const missing = join(folder, 'missing.jsonl');
const other = write('other.jsonl', '{"hello":1}\n');
const notJson = write('notes.jsonl', 'some notes\n');
const empty = write('empty.jsonl', '');
const newer = write('newer.jsonl', (whole[0] ?? '').replace('"version":1', '"version":2'));
const broken = write('broken.jsonl', whole.with(4, (whole[4] ?? '').slice(0, 40)).join('\n'));
const brokenMessage = write(
  'broken-message.jsonl',
  whole.with(9, '{"at":99999,"from":"plugin","message":{"a":}}').join('\n'),
);
const noTime = write('no-time.jsonl', whole.with(3, '{"event":"about"}').join('\n'));

test.each([
  [
    'a file that is not there',
    [missing],
    `reprise: Failed to open ${missing}: there is no such file. Check the path, or make it with \`reprise record\`.`,
  ],
  [
    'JSON that is no recording',
    [other],
    `reprise: Failed to read ${other}: it is not a recording (line 1 is not a reprise header). Give a file made by \`reprise record\`.`,
  ],
  [
    'a file that is not JSON',
    [notJson],
    `reprise: Failed to read ${notJson}: it is not a recording (line 1 is not a reprise header). Give a file made by \`reprise record\`.`,
  ],
  ['an empty file', [empty], `reprise: Failed to read ${empty}: it is empty. Give a file made by \`reprise record\`.`],
  [
    'a newer version',
    [newer],
    `reprise: Failed to read ${newer}: it has format version 2, and this reprise reads up to 1. Update reprise.`,
  ],
  [
    'a broken line',
    [broken],
    `reprise: Failed to read ${broken}:5: it is not valid JSON. Mend or remove that line, or record again.`,
  ],
  [
    'a broken message',
    [brokenMessage],
    `reprise: Failed to read ${brokenMessage}:10: it is not valid JSON. Mend or remove that line, or record again.`,
  ],
  [
    'a line without a time',
    [noTime],
    `reprise: Failed to read ${noTime}:4: \`at\` is not a time in milliseconds. Mend or remove that line, or record again.`,
  ],
  [
    'a pattern that fits nothing',
    [join(folder, '*.nothing')],
    `reprise: Failed to find a recording: no file fits '${join(folder, '*.nothing')}'. Check the pattern.`,
  ],
  [
    'an unknown pace',
    ['recordings/regex.jsonl', '--pace', 'fast'],
    "reprise: Failed to read `--pace`: 'fast' is no pace. Give recorded, instant, or a speed such as 2x or 0.5x.",
  ],
  [
    'an unknown mode',
    ['recordings/regex.jsonl', '-m', 'udp'],
    "reprise: Failed to read `--mode`: 'udp' is not allowed. Give stdio or tcp.",
  ],
  [
    'a port that is none',
    ['recordings/regex.jsonl', '--port', '70000'],
    "reprise: Failed to read `--port`: '70000' is not allowed. Give a port from 0 to 65535; 0 is any.",
  ],
  [
    'a gap that is no number',
    ['recordings/regex.jsonl', '--max-gap', 'long'],
    "reprise: Failed to read `--max-gap`: 'long' is not allowed. Give a number of milliseconds.",
  ],
  [
    'a mistyped option',
    ['recordings/regex.jsonl', '--pase', '2x'],
    "reprise: Failed to read the options of replay: Unknown option '--pase'. See `reprise replay --help`. Did you mean --pace?",
  ],
])('replay says in one line what is wrong with %s, status 2, and nothing on stdout', async (_what, args, text) => {
  const { exitCode, stdout, stderr } = await reprise(['replay', ...args]);
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: '', stderr: text });
});

test('a folder without recordings is told, with what to do', async () => {
  const bare = mkdtempSync(join(folder, 'bare-'));
  const { exitCode, stderr } = await reprise(['replay', bare]);
  expect(exitCode).toBe(2);
  expect(stderr).toBe(
    `reprise: Failed to find a recording: the folder ${bare} holds no .jsonl file. Record one with \`reprise record -o ${quoteWord(join(bare, 'NAME.jsonl'))} -- COMMAND\`.`,
  );
});

test('a port in use is told before anything is announced', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { exitCode, stdout, stderr } = await reprise([
    'replay',
    'recordings/tcp.jsonl',
    '-m',
    'tcp',
    '--port',
    String(port),
  ]);
  server.close();
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: `reprise: Failed to listen on 127.0.0.1: port ${port} is in use. Choose another with \`--port\`, or 0 for any.`,
  });
});

test('a last line that was cut off is a warning, and the recording plays', async () => {
  const cut = write('cut.jsonl', whole.slice(0, 15).join('\n').slice(0, -30));
  const { exitCode, stdout, stderr } = await reprise(['replay', cut, '--pace', 'instant', '--exit-on-eof']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('plugin_ready');
  expect(stderr).toMatch(/^reprise: .*cut\.jsonl:15: the last line was cut off \(\d+ bytes\) and is skipped\.$/);
});

test.each([
  [
    'no command',
    [],
    2,
    'reprise: Failed to record: give the command behind `--`, as in `reprise record -o FILE -- dify plugin run x.difypkg -m stdio -r json`.',
  ],
  [
    'a command that is not there',
    ['-o', join(folder, 'new.jsonl'), '--', 'no-such-command'],
    127,
    'reprise: Failed to start no-such-command: it is not on the PATH. Check its name.',
  ],
  [
    'a file that exists',
    ['-o', other, '--', 'true'],
    2,
    `reprise: Failed to record to ${other}: it exists already. Choose another name with \`-o\`, or overwrite it with \`--force\`.`,
  ],
  [
    'a packed name',
    ['-o', join(folder, 'x.jsonl.gz'), '--', 'true'],
    2,
    `reprise: Failed to record to ${join(folder, 'x.jsonl.gz')}: a recording grows as plain lines. Give \`-o\` a name that ends in .jsonl, and pack it afterwards with gzip.`,
  ],
  [
    'a command in quotes',
    ['-o', join(folder, 'new.jsonl'), '--', 'dify plugin run x.difypkg'],
    127,
    'reprise: Failed to start dify plugin run x.difypkg: it is not on the PATH. Give the command and its arguments as words of their own, without quotes round them all.',
  ],
  [
    'options behind the dashes',
    ['--', '-o', join(folder, 'new.jsonl'), 'true'],
    127,
    'reprise: Failed to start -o: it is not on the PATH. Options of reprise go before `--`.',
  ],
  [
    'a folder as its file',
    ['-o', folder, '--', 'true'],
    2,
    `reprise: Failed to record to ${folder}: it is a folder. Give \`-o\` a file.`,
  ],
])('record says in one line what is wrong with %s', async (_what, args, status, text) => {
  const { exitCode, stdout, stderr } = await reprise(['record', ...args]);
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: status, stdout: '', stderr: text });
});

test.each([
  [['reply'], "reprise: There is no command 'reply'. Did you mean replay? See `reprise --help`."],
  [['zzzzzzzzzz'], "reprise: There is no command 'zzzzzzzzzz'. See `reprise --help`."],
])('an unknown command is told with the nearest one: %j', async (args, text) => {
  const { exitCode, stdout, stderr } = await reprise(args);
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: '', stderr: text });
});

test('without a command the help comes on stderr, status 2', async () => {
  const { exitCode, stdout, stderr } = await reprise([]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain('Usage: reprise');
});

test('the environment holds where an option is not given, and is checked alike', async () => {
  const { exitCode, stderr } = await reprise(['replay', 'recordings/regex.jsonl'], { REPRISE_ON_UNFINISHED: 'wait' });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: "reprise: Failed to read `REPRISE_ON_UNFINISHED`: 'wait' is not allowed. Give hang or error.",
  });
});

test('an address that is none of this machine is told', async () => {
  const { exitCode, stdout, stderr } = await reprise([
    'replay',
    'recordings/tcp.jsonl',
    '-m',
    'tcp',
    '--host',
    '8.8.8.8',
  ]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(
    /^reprise: Failed to listen on 8\.8\.8\.8: .*EADDRNOTAVAIL.*\. Give `--host` an address of this machine\.$/,
  );
});
