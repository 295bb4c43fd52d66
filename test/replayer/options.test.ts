import { RepriseError, record, replay } from 'reprise';
import { expect, test } from 'vitest';

const recording = 'recordings/regex.jsonl';

/** The library as JavaScript calls it: what its types would refuse reaches it all the same. */
async function failureOf(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return 'it did not fail';
  } catch (error) {
    return error instanceof RepriseError ? error.message : `not a RepriseError: ${String(error)}`;
  }
}

const call: (...args: unknown[]) => Promise<unknown> = Reflect.apply.bind(undefined, replay, undefined) as never;

test.each([
  [{ mode: 'udp' }, 'Failed to read `mode`: "udp" is not allowed. Give stdio or tcp.'],
  [{ responseFormat: 'yaml' }, 'Failed to read `responseFormat`: "yaml" is not allowed. Give json or text.'],
  [{ onUnfinished: 'explode' }, 'Failed to read `onUnfinished`: "explode" is not allowed. Give hang or error.'],
  [{ maxGap: -1 }, 'Failed to read `maxGap`: -1 is not allowed. Give a number of milliseconds.'],
  [{ startupGap: 'x' }, 'Failed to read `startupGap`: "x" is not allowed. Give a number of milliseconds.'],
  [{ mode: 'tcp', port: 'abc' }, 'Failed to read `port`: "abc" is not allowed. Give a port from 0 to 65535; 0 is any.'],
  [{ exitOnEof: 1 }, 'Failed to read `exitOnEof`: 1 is not allowed. Give true or false.'],
  [{ host: '' }, 'Failed to read `host`: "" is not allowed. Give a text.'],
])('replay refuses %j in words', async (options, text) => {
  expect(await failureOf(() => call([recording, options]))).toBe(text);
});

test('replay names the options that there are where one is mistyped', async () => {
  const text = await failureOf(() => call([recording, { paze: 'instant' }]));
  expect(text).toMatch(
    /^Failed to read the options: there is no option `paze`\. There are mode, responseFormat, pace, /,
  );
});

test.each([[undefined], [5], [new URL('file:///x.jsonl')]])('replay refuses %s as a recording', async (value) => {
  expect(await failureOf(() => call([value]))).toBe(
    'Failed to find a recording: its name is not a text. Give a path, a folder or a pattern.',
  );
});

test('replay plays folders and patterns as the command line does', async () => {
  for (const words of ['recordings', ['recordings/{regex,llm}.jsonl']]) {
    await using plugin = await replay(words, { pace: 'instant', mode: 'tcp' });
    expect(plugin.port).toBeGreaterThan(0);
  }
});

test.each([
  [{ mode: 'stdio', port: 5003 } as const, '`port` does nothing in stdio mode.'],
  [{ mode: 'tcp', exitOnEof: true } as const, '`exitOnEof` does nothing in tcp mode.'],
])('replay says that an option of %j is idle', async (options, text) => {
  const warnings: string[] = [];
  await using plugin = await replay(recording, {
    ...options,
    port: options.mode === 'stdio' ? options.port : 0,
    onWarning: (warning) => void warnings.push(warning),
  });
  await plugin.close();
  expect(warnings).toContain(text);
});

test('record refuses a command that is no list of words', async () => {
  const start = record as (options: unknown) => Promise<unknown>;
  const text = 'Failed to record: the command is a list of words, the program first.';
  expect(await failureOf(() => start({ command: 'dify plugin run x' }))).toBe(text);
  expect(await failureOf(() => start({}))).toBe(text);
  expect(await failureOf(() => start({ command: [] }))).toBe(text);
});
