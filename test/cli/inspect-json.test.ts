import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acknowledgement, client, end, makeRecording, plugin, request, startUp } from '../support/recordings.ts';
import { reprise, root } from '../support/run.ts';

const folder = join(root, 'test/fixtures/recordings');

/** What `inspect` shows of a fixture. */
async function inspect(name: string, ...args: string[]): Promise<string[]> {
  const { exitCode, stdout, stderr } = await reprise(['inspect', join(folder, `${name}.jsonl`), ...args]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout.split('\n');
}

test('--json gives a row with all its facts', async () => {
  const value = JSON.parse((await inspect('tcp', '--json')).join('\n')) as {
    invocations: unknown[];
    [key: string]: unknown;
  };
  expect(value.invocations).toHaveLength(9);
  expect(value.invocations[6]).toEqual({
    number: 7,
    line: 44,
    connection: 1,
    id: 'gone',
    type: 'tool',
    action: 'invoke_tool',
    tool: 'probe',
    messages: 9,
    bytes: 1035,
    acknowledged_at: 253.938,
    first_message_after: 0,
    length: 14.309,
    outcome: 'unfinished',
    error: null,
    ambiguous_with: null,
  });
  const { header, about, start_up, end: over } = value;
  expect(header).toMatchObject({ format: 'reprise', version: 1 });
  expect({ about, start_up, over }).toEqual({
    about: { transport: 'tcp', response_format: 'json', plugin: null },
    start_up: { ready_at: 211.386, lines: 2, error: null },
    over: {
      signal: { at: 290.622, name: 'SIGTERM' },
      exit: { at: 305.622, code: 0, signal: null },
      sealed: true,
      reason: 'plugin-exited',
      lines: 96,
      truncated_bytes: 0,
    },
  });
});

test('--json gives the lines of one invocation whole, with every digit of their numbers', async () => {
  const answer = '{"invoke_id":"a","type":"plugin_response","response":{"n":12345678901234567890,"m":1.0}}';
  const file = makeRecording([
    ...startUp(),
    client(50, request('a')),
    plugin(51, acknowledgement),
    plugin(53.5, answer),
    plugin(54, end('a')),
  ]);
  const { stdout } = await reprise(['inspect', file, '1', '--json']);
  expect(stdout).toContain(`"message":${answer}}`);
  const { lines, invocation } = JSON.parse(stdout) as { lines: Record<string, unknown>[]; invocation: unknown };
  expect(
    lines.map(({ kind, line, after_acknowledgement, bytes }) => [kind, line, after_acknowledgement, bytes]),
  ).toEqual([
    ['request', 4, -1, 68],
    ['acknowledgement', 5, 0, 70],
    ['response', 6, 2.5, 89],
    ['end', 7, 3, 85],
  ]);
  expect(invocation).toMatchObject({ number: 1, outcome: 'ended', first_message_after: 2.5, length: 3 });
});

test.each([
  ['request.model', { provider: 'openai', model: 'gpt' }, 'gpt'],
  ['request.tool before the model', { tool: 'time', model: 'gpt' }, 'time'],
  ['request.provider where there is neither', { provider: 'openai' }, 'openai'],
  ['nothing', {}, ''],
])('the tool or model is %s', async (_what, value, name) => {
  const { stdout } = await reprise([
    'inspect',
    '--json',
    makeRecording([...startUp(), client(50, request('a', value))]),
  ]);
  expect((JSON.parse(stdout) as { invocations: { tool: string }[] }).invocations[0]?.tool).toBe(name);
});
