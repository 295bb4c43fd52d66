import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { makeFile, makeFolder } from '../support/files.ts';
import {
  acknowledgement,
  client,
  end,
  error,
  event,
  makeRecording,
  plugin,
  renderRecording,
  request,
  startUp,
} from '../support/recordings.ts';
import { program, reprise, root } from '../support/run.ts';

const folder = join(root, 'test/fixtures/recordings');

/** What `inspect` shows of a fixture. */
async function inspect(name: string, ...args: string[]): Promise<string[]> {
  const { exitCode, stdout, stderr } = await reprise(['inspect', join(folder, `${name}.jsonl`), ...args]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout.split('\n');
}

test('a session over stdio is a table, its start-up and its end in a line each', async () => {
  const [title, ...lines] = await inspect('regex');
  expect(title).toMatch(
    /regex\.jsonl: 4\.77 kB, recorded 2026-11-22T14:12:57\.008Z: node test\/fixtures\/golden\/play\.mjs /,
  );
  expect(lines).toEqual([
    'start-up: ready after 191ms, 2 lines, stdio, json',
    '#  connection  id     type  action       tool or model  messages  bytes  first ms  length ms  outcome',
    '1  stdio       req-1  tool  invoke_tool  regex_extract         1  121 B       0.0        0.0  ended',
    '2  stdio       req-2  tool  invoke_tool  regex_extract         1  177 B       0.0        0.0  ended',
    '3  stdio       req-3  tool  invoke_tool  regex_extract         1  189 B       0.0        0.0  ended',
    '4  stdio       req-1  tool  invoke_tool  regex_extract         1  121 B       0.0        0.0  ended',
    'end: SIGTERM from the client after 200ms, exit 0 after 206ms, sealed (plugin-exited), 33 lines',
  ]);
});

test('a session over TCP tells connections, refusals and what never ended', async () => {
  expect((await inspect('tcp')).slice(1)).toEqual([
    'start-up: ready after 211ms, 2 lines, tcp, json',
    '#  connection  id    type  action       tool or model  messages    bytes  first ms  length ms  outcome',
    '1  1           t1    tool  invoke_tool  probe                 5    565 B       0.0        3.3  ended',
    '2  1           t2    tool  invoke_tool  probe                 1    111 B       0.0        0.0  ended',
    '3  1           same  tool  invoke_tool  probe                 6    690 B       1.4        5.7  ended',
    '4  2           same  tool  invoke_tool  probe                 4    460 B       0.0        1.7  ended',
    "5  1                                                          1    109 B       0.0        0.0  refused: invalid character 'o' in literal null (expecting 'u')",
    '6  2           m                                              1     85 B       0.0        0.0  refused: action and type are required',
    '7  1           gone  tool  invoke_tool  probe                 9  1.03 kB       0.0       14.3  unfinished',
    '8  2           t3    tool  invoke_tool  probe                 1    131 B       0.0        0.0  ended',
    '9  3           t4    tool  invoke_tool  probe                 1    112 B       0.0        0.0  ended',
    'end: SIGTERM from the client after 291ms, exit 0 after 306ms, sealed (plugin-exited), 96 lines',
  ]);
});

test('an error says its type and message', async () => {
  const lines = await inspect('exceptions');
  expect(lines[3]).toMatch(/ error: ValueError: at once$/);
  expect(lines[4]).toMatch(/ 3 {2}1\.62 kB .* error: RuntimeError: after two, with "quotes" <&> and é$/);
});

test('a start-up that failed says why', async () => {
  expect((await inspect('no-such-package')).slice(1)).toEqual([
    String.raw`start-up: never ready, 1 line, json; error: open none.difypkg: no such file or directory\nread plugin file error`,
    'end: exit 1 after 120ms, sealed (plugin-exited), 8 lines',
  ]);
});

test('the text format shows its requests, and says that their answers are not known', async () => {
  const lines = await inspect('text');
  expect(lines[1]).toBe('start-up: ready after 177ms, 2 lines, stdio, text');
  expect(lines[3]).toMatch(/^1 {2}stdio {7}t1 {2}tool {2}invoke_tool {2}probe +unknown$/);
  expect(lines.at(-2)).toBe(
    'text format: answers have no ids, so that none is given to its invocation, and it can not be replayed',
  );
});

test('one invocation is shown line by line, with the time since its acknowledgement', async () => {
  expect(await inspect('tcp', '4')).toEqual([
    '      time     line                 bytes  times are counted from the acknowledgement',
    '      -0.4 ms  request              172 B  "action":"invoke_tool","request":{"provider":"probe","tool":"probe","credentials":{},"tool_parameters":{"plan":"[[\\"stream\\", 4, 25]]"}}',
    '       0.0 ms  acknowledgement       70 B  {"info":"received request"}',
    '       0.0 ms  response 1           115 B  {"message":{"text":"token 0 "},"meta":null,"type":"text"}',
    '       0.0 ms  response 2           115 B  {"message":{"text":"token 1 "},"meta":null,"type":"text"}',
    '       1.7 ms  response 3           115 B  {"message":{"text":"token 2 "},"meta":null,"type":"text"}',
    '       1.7 ms  response 4           115 B  {"message":{"text":"token 3 "},"meta":null,"type":"text"}',
    '       1.7 ms  end                   88 B  {"info":"plugin invoke end"}',
    'ended; 4 messages, 460 B, 1.7 ms',
  ]);
});

test('one refused line is shown with its refusal', async () => {
  expect(await inspect('bad-lines', '3')).toEqual([
    '      time     line                 bytes  times are counted from the acknowledgement',
    '      -0.4 ms  request                2 B  }',
    '       0.0 ms  acknowledgement       70 B  {"info":"received request"}',
    `       0.0 ms  refusal              108 B  {"error":"invalid character '}' looking for beginning of value"}`,
    "refused: invalid character '}' looking for beginning of value; 1 message, 108 B, 0.0 ms",
  ]);
});

test('one invocation that nothing answered is shown too', async () => {
  const file = makeRecording([...startUp(), client(50, request('a'))]);
  const { exitCode, stdout } = await reprise(['inspect', file, '1']);
  expect(exitCode).toBe(0);
  expect(stdout.split('\n')).toEqual([
    '      time     line                 bytes  times are counted from the acknowledgement',
    '         ? ms  request               68 B  "action":"invoke_tool","request":{}',
    'unfinished; 0 messages, 0 B',
  ]);
});

test('an error without an end is unfinished', async () => {
  const file = makeRecording([
    ...startUp(),
    client(50, request('a')),
    plugin(51, acknowledgement),
    plugin(52, error('a', 'no end')),
  ]);
  expect((await reprise(['inspect', file])).stdout).toMatch(/ unfinished: no end$/m);
});

test('an invocation that outlasts 10,000 others comes out of its order', async () => {
  const others = Array.from({ length: 12_000 }, (_, index) => {
    const id = String(index);
    const at = 100 + index;
    return [client(at, request(id, { text: 'x'.repeat(200) })), plugin(at, acknowledgement), plugin(at, end(id))];
  });
  const file = makeRecording([
    ...startUp(),
    client(50, request('long')),
    plugin(51, acknowledgement),
    ...others.flat(),
    plugin(1e6, end('long')),
  ]);
  const { stdout } = await reprise(['inspect', '--json', file]);
  const numbers = (JSON.parse(stdout) as { invocations: { number: number }[] }).invocations.map(({ number }) => number);
  expect(numbers).toHaveLength(12_001);
  expect(numbers[0]).toBe(2);
  expect(numbers.indexOf(1)).toBeGreaterThan(9000);
  expect(numbers.filter((number) => number !== 1)).toEqual(Array.from({ length: 12_000 }, (_, index) => index + 2));
});

test('what could steer a terminal is shown as escapes', async () => {
  const steering = '\u001b]0;x\u0007\u009b31m\u202e\r\n';
  const file = makeRecording([
    ...startUp(),
    event(40, 'about', { plugin: { name: steering } }),
    client(50, request(steering, { tool: steering }, 'invoke')),
    plugin(51, acknowledgement),
    plugin(52, error(steering, steering)),
    plugin(53, end(steering)),
  ]);
  for (const args of [[], ['1'], ['--json'], ['1', '--json']]) {
    const { exitCode, stdout } = await reprise(['inspect', file, ...args]);
    expect(exitCode).toBe(0);
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(stdout).toContain(String.raw`\u001b]0;x\u0007`);
  }
});

test('a last line that was cut off is a warning, and the rest is shown', async () => {
  const text = renderRecording([...startUp(), client(50, request('a')), plugin(51, acknowledgement)]);
  const file = makeFile(text.slice(0, -9));
  const { exitCode, stdout, stderr } = await reprise(['inspect', file]);
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^reprise: .+\/recording\.jsonl:5: the last line was cut off \(\d+ bytes\) and is skipped\.$/);
  expect(stdout).toMatch(
    /\n1 {2}stdio .* unfinished: never read: the session ended before\nend: interrupted after 50ms: the file is not sealed, 4 lines$/,
  );
});

const whole = join(folder, 'regex.jsonl');

test.each<[string, string[], string]>([
  [
    'an invocation that there is not',
    [whole, '9'],
    `Failed to inspect ${whole}: there is no invocation 9. Give a number from 1 to 4.`,
  ],
  ['a number that is none', [whole, '0'], "Failed to inspect: '0' is not the number of an invocation. Count from 1."],
  [
    'an invocation of several recordings',
    [folder, '1'],
    `Failed to inspect invocation 1: 7 recordings were named. Name one of them, such as ${folder}/bad-lines.jsonl.`,
  ],
  [
    'an unknown option',
    [whole, '--jsonn'],
    "Failed to read the options of inspect: Unknown option '--jsonn'. See `reprise inspect --help`. Did you mean --json?",
  ],
])('%s is an error in one line, status 2', async (_what, args, text) => {
  expect(await reprise(['inspect', ...args])).toEqual({ exitCode: 2, stdout: '', stderr: `reprise: ${text}` });
});

test('a broken line is an error with file and line, status 2', async () => {
  const file = makeFile(renderRecording(startUp()).replace('"plugin_ready"', '"plugin_ready'));
  expect(await reprise(['inspect', file])).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: `reprise: Failed to read ${file}:3: it is not valid JSON. Mend or remove that line, or record again.`,
  });
});

test('a reader that goes away is no error', async () => {
  const others = Array.from({ length: 20_000 }, (_, index) => client(index, request(String(index))));
  const file = makeRecording(others);
  const { stdout, stderr } = await execa('sh', [
    '-c',
    '"$1" "$2" inspect "$3" | head -n 1',
    'sh',
    process.execPath,
    program,
    file,
  ]);
  expect(stdout).toContain('recording.jsonl: ');
  expect(stderr).toBe('');
});

test('a folder without recordings is an error, status 2', async () => {
  const { exitCode, stderr } = await reprise(['inspect', makeFolder()]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/holds no \.jsonl file/);
});
