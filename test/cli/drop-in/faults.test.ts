import { renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ask, makePackage, readText, realDify, runDify, startDify, writeRecording } from '../../support/drop-in.ts';
import { makeFolder } from '../../support/files.ts';
import { reprise } from '../../support/run.ts';

let file: string;
let recording: string;
beforeAll(async () => {
  file = await makePackage('weather');
  recording = writeRecording(
    join(makeFolder(), 'weather.jsonl'),
    { plugin: { author: 'reprise', name: 'weather', version: '0.0.1' } },
    'sunny',
  );
});

const loading = '{"invoke_id":"","type":"info","response":{"info":"loading plugin"}}';
const ready = '{"invoke_id":"","type":"plugin_ready","response":{"info":"plugin loaded"}}';
const acknowledgement = '{"invoke_id":"","type":"info","response":{"info":"received request"}}';
const answer = '{"invoke_id":"x","type":"plugin_response","response":{"type":"text","message":{"text":"sunny"}}}';
const end = '{"invoke_id":"x","type":"plugin_invoke_end","response":{"info":"plugin invoke end"}}';
const busy =
  '{"invoke_id":"x","type":"error","response":{"error":"{\\"args\\":{},\\"error_type\\":\\"InvokeRateLimitError\\",\\"message\\":\\"Rate limit reached for requests\\"}"}}';

/** What a client hears that asks once, up to the last line that it waits for, and on stderr. */
async function hear(
  env: NodeJS.ProcessEnv,
  last: string,
  program?: string,
): Promise<{ lines: string[]; stderr: string }> {
  const running = startDify(['plugin', 'run', file, '-r', 'json'], {
    env: program === undefined ? { REPRISE_RECORDINGS: recording, ...env } : env,
    ...(program === undefined ? {} : { file: program }),
  });
  await running.says('plugin_ready');
  running.child.stdin.write(ask('x', 'Paris'));
  await running.says(last);
  running.child.kill('SIGTERM');
  const { stdout, stderr } = await running.ended;
  return { lines: stdout.toString().trimEnd().split('\n'), stderr };
}

test('faults come from the environment, one a line, and the seed is told as a variable', async () => {
  const { lines, stderr } = await hear(
    { REPRISE_FAULT: 'duplicate\n\nstray-line at=end text="two words"\n' },
    'invoke_end',
  );
  expect(lines).toEqual([loading, ready, acknowledgement, answer, answer, 'two words', end]);
  expect(stderr).toMatch(/^reprise: faults with seed (\d+); for the same again: REPRISE_SEED=\1\n$/);
});

test('a fault plan comes from the environment, with a seed of its own', async () => {
  const plan = join(makeFolder(), 'plan.yaml');
  writeFileSync(plan, 'seed: 5\nfaults:\n  - fault: rate-limited\n');
  const { lines, stderr } = await hear({ REPRISE_FAULT_PLAN: plan }, 'invoke_end');
  expect(lines).toEqual([loading, ready, acknowledgement, busy, end]);
  expect(stderr).toContain('REPRISE_SEED=5');
});

test('a fault that never acted is named at the end, also where a good end is not told', async () => {
  const { stderr } = await hear({ REPRISE_FAULT: 'stall at=response:7' }, 'invoke_end');
  expect(stderr).toContain('1 fault never acted');
  expect(stderr).toContain('never acted stall at=response:7');
});

test.each([
  [{ REPRISE_FAULT: 'stal' }, "reprise: Failed to read `REPRISE_FAULT`: there is no fault 'stal'. Did you mean stall?"],
  [{ REPRISE_FAULT: 'exit cod=1' }, 'exit has no `cod`. Did you mean code?'],
  [
    { REPRISE_FAULT_PLAN: '/none.yaml' },
    'Failed to read /none.yaml: there is no such file. Check `REPRISE_FAULT_PLAN`.',
  ],
  [{ REPRISE_SEED: 'x' }, 'Failed to read `REPRISE_SEED`'],
])('version fails early with %j', async (env, text) => {
  const { exitCode, stdout, stderr } = await runDify(['version'], { env: { REPRISE_RECORDINGS: recording, ...env } });
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toContain(text);
});

test('a fault that needs another mode than the client chose is a start-up error', async () => {
  const env = { REPRISE_RECORDINGS: recording, REPRISE_FAULT: 'reset-peer' };
  expect((await runDify(['version'], { env })).exitCode).toBe(0);
  const { exitCode, stdout } = await runDify(['plugin', 'run', file, '-r', 'json'], { env });
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    type: 'error',
    response: { error: expect.stringContaining('reset-peer acts where there are TCP connections') as unknown },
  });
});

test('a session that is recorded says that nothing goes wrong in it', async () => {
  const folder = makeFolder();
  const env = {
    REPRISE_RECORDINGS: folder,
    REPRISE_RECORD_MODE: 'once',
    REPRISE_REAL_DIFY: realDify,
    REPRISE_SESSION: 'one',
  };
  const { stderr } = await hear({ ...env, REPRISE_FAULT: 'rate-limited' }, 'plugin_invoke_end');
  expect(stderr).toContain('reprise: this session is recorded, and nothing goes wrong in it: faults act in replays\n');
  const { lines } = await hear(
    { ...env, REPRISE_RECORD_MODE: 'none', REPRISE_FAULT: 'rate-limited' },
    'plugin_invoke_end',
  );
  expect(lines).toContain(busy);
});

test('a stub has its faults with it, and finds its plan where it stood', async () => {
  const folder = makeFolder();
  writeRecording(join(folder, 'weather.jsonl'), {}, 'sunny');
  writeFileSync(join(folder, 'plan.yaml'), 'faults:\n  - fault: rate-limited\n');
  const stub = join(folder, 'bin/dify');
  const args = [
    'stub',
    join(folder, 'weather.jsonl'),
    '--fault-plan',
    join(folder, 'plan.yaml'),
    '--fault',
    'double-end',
  ];
  expect(await reprise([...args, '-o', stub])).toMatchObject({ exitCode: 0 });
  expect(readText(stub)).toContain('"REPRISE_FAULT_PLAN": "../plan.yaml"');
  const { lines } = await hear({}, `${end}\n${end}`, stub);
  expect(lines).toEqual([loading, ready, acknowledgement, busy, end, end]);
});

test('an embedded stub needs neither plan nor program', async () => {
  const folder = makeFolder();
  writeRecording(join(folder, 'weather.jsonl'), {}, 'sunny');
  writeFileSync(
    join(folder, 'plan.yaml'),
    'seed: 9\nfaults:\n  - fault: error\n    text: "two\\nlines"\n    error_type: ""\n',
  );
  const made = join(folder, 'dify');
  const args = ['stub', '--embed', join(folder, 'weather.jsonl'), '--fault-plan', join(folder, 'plan.yaml')];
  expect(await reprise([...args, '-o', made])).toMatchObject({ exitCode: 0 });
  const stub = join(makeFolder(), 'dify');
  renameSync(made, stub);
  const { lines, stderr } = await hear({ PATH: dirname(process.execPath) }, 'invoke_end', stub);
  expect(lines).toEqual([
    loading,
    ready,
    acknowledgement,
    '{"invoke_id":"x","type":"error","response":{"error":"two\\nlines"}}',
    end,
  ]);
  expect(stderr).toContain('REPRISE_SEED=9');
});

test('a stub is not made with a fault that is none', async () => {
  const { exitCode, stderr } = await reprise([
    'stub',
    recording,
    '--fault',
    'exit code=x',
    '-o',
    join(makeFolder(), 'dify'),
  ]);
  expect([exitCode, stderr]).toEqual([
    2,
    "reprise: Failed to read `--fault`: `code` is 'x'. Give a whole number from 0 to 255.",
  ]);
});
