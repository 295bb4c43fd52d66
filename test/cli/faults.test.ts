import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replay } from 'reprise';
import { expect, test } from 'vitest';
import { playSample } from '../../src/cli/faults/sample.ts';
import { faultKinds } from '../../src/replayer/faults/catalogue.ts';
import { needsTcp, planFaults } from '../../src/replayer/faults/plan-faults.ts';
import { presets } from '../../src/replayer/faults/presets.ts';
import { readText } from '../support/drop-in.ts';
import { makeFolder } from '../support/files.ts';
import { LineReader } from '../support/line-reader.ts';
import { end, invocation, makeRecording, request, response, startUp } from '../support/recordings.ts';
import { reprise } from '../support/run.ts';
import { shippedSchema } from '../support/schemas.ts';

const listed = [...faultKinds, ...presets];
const names = listed.map(({ name }) => name);
const session = [
  ...startUp(),
  ...invocation(100, 'a', { n: 1 }, ['one', 'two']),
  ...invocation(200, 'b', { n: 2 }, ['x']),
];

test('lists every fault by group, for people and for programs', async () => {
  const { exitCode, stdout, stderr } = await reprise(['faults']);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(
    [...stdout.matchAll(/^([a-z][a-z0-9-]*) {2,}\S+/gm)].map(([, name]) => name).filter((one) => one !== 'fault'),
  ).toEqual(names);
  const json = JSON.parse((await reprise(['faults', '--json'])).stdout) as Record<string, { name: string }[]>;
  expect(Object.values(json).flatMap((all) => all.map(({ name }) => name))).toEqual(names);
  expect(json['faults']?.find(({ name }) => name === 'latency')).toMatchObject({
    group: 'time',
    at: 'any',
    parameters: { ms: { usually: 200, schema: { type: 'number', minimum: 0 } }, jitter: { usually: 0 } },
  });
});

test.each(names)('the sample shows what %s does', async (name) => {
  const { faults } = await planFaults({ faults: [name] });
  const mode = needsTcp(faults) ? 'tcp' : 'stdio';
  const show = async (specs: string[]): Promise<string> =>
    JSON.stringify(
      (await playSample(mode, specs)).map(({ at, what, connection }) => [at, connection, what.toString('latin1')]),
    ).replaceAll(/(?<=port\\":|:::)\d+/g, '#');
  const [without, withIt] = [await show([]), await show([name])];
  expect(without).toContain('ends with status 0');
  expect(withIt).not.toBe(without);
});

test('shows one at work, to the byte and with its times', async () => {
  const { exitCode, stdout } = await reprise(['faults', 'restart']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('parameter  usually  says\nms         5000     until it is there again');
  expect(stdout.slice(stdout.indexOf("with --fault 'restart invocation=1'")).split('\n')).toEqual([
    "with --fault 'restart invocation=1'",
    '     0 ms  {"invoke_id":"","type":"info","response":{"info":"loading plugin"}}',
    '    10 ms  {"invoke_id":"","type":"plugin_ready","response":{"info":"plugin loaded"}}',
    '    10 ms  {"invoke_id":"","type":"info","response":{"info":"received request"}}',
    '    10 ms  {"invoke_id":"","type":"info","response":{"info":"received request"}}',
    '  1000 ms  {"invoke_id":"","type":"info","response":{"info":"received request"}}',
    '  5040 ms  {"invoke_id":"c","type":"plugin_response","response":{"type":"text","message":{"text":"later"}}}',
    '           {"invoke_id":"c","type":"plugin_invoke_end","response":{"info":"plugin invoke end"}}',
    ' 20000 ms  (SIGTERM is sent)',
    ' 20000 ms  (the process ends with status 0)',
  ]);
});

test.each([
  ['invalid-utf8', '{"text":"first\\xff\\xfe"}}}'],
  ['no-newline', '{"text":"first"}}} (no newline)'],
  ['reset-peer', '(connection error: ECONNRESET)'],
  ['refuse', '(connection error: ECONNREFUSED)'],
  ['ignore-signals', '(the process lives on)'],
  ['kill', '(the process is killed by SIGKILL)'],
  ['oversize', '(5242882 bytes)'],
  ['slicer', 'more writes'],
])('shows what can not be printed of %s', async (name, shown) => {
  expect((await reprise(['faults', name])).stdout.split('\nwith ')[1]).toContain(shown);
});

test('tells where a plan would act, and what never would', async () => {
  const recording = makeRecording(session);
  const plan = join(makeFolder(), 'plan.yaml');
  writeFileSync(plan, 'seed: 3\nfaults:\n  - fault: stall\n    at: response 2\n  - fault: exit\n    at: response 9\n');
  const { exitCode, stdout } = await reprise(['faults', '--fault-plan', plan, '--fault', 'no-end times=1', recording]);
  expect(exitCode).toBe(1);
  expect(stdout.replaceAll(/ {2,}/g, ' | ').split('\n')).toEqual([
    'fault | in | acts at',
    expect.stringMatching(/^stall at=response:2 \| \S+#1 invoke_tool( t)? \| response 2$/),
    expect.stringMatching(/^no-end times=1 \| \S+#2 invoke_tool( t)? \| end$/),
    'exit at=response:9 would never act',
    '2 places, if the requests come as recorded, one after the other; seed 3',
  ]);
  const json = await reprise(['faults', '--fault-plan', plan, '--json', recording]);
  expect(json.stdout.split('\n').map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { fault: 'stall at=response:2', place: 'response 2', invocation: 1 },
    { seed: 3, idle: ['exit at=response:9'] },
  ]);
});

test('a fault and then recordings, the natural order, is the same', async () => {
  const recording = makeRecording(session);
  for (const spec of ['stall', 'stall at=response:2']) {
    const told = await reprise(['faults', '--seed', '3', '--fault', spec, recording]);
    expect(await reprise(['faults', '--seed', '3', spec, recording])).toEqual(told);
    expect(told.exitCode).toBe(0);
  }
});

test('what it tells is what happens when the same requests come', async () => {
  const recording = makeRecording(session);
  const specs = [
    'latency ms=1 jitter=1 chance=0.5',
    'corrupt at=response:any chance=0.5',
    'double-end invocation=2',
    'stray-line at=ready',
  ];
  const told = await reprise([
    'faults',
    '--json',
    '--seed',
    '7',
    ...specs.flatMap((spec) => ['--fault', spec]),
    recording,
  ]);
  const fired: unknown[] = [];
  await using plugin = await replay(recording, {
    pace: 'instant',
    faults: specs,
    seed: 7,
    onJournal: (entry) => {
      if ('fault' in entry) fired.push([entry.fault, entry.place]);
    },
  });
  const heard = new LineReader(plugin.stdout);
  for (const n of [1, 2]) {
    plugin.stdin.write(`${request(`x${n}`, { n })}\n`);
    await heard.text(`"x${n}","type":"plugin_invoke_end"`);
  }
  const rows = told.stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { fault: string; place: string });
  expect(rows.length).toBeGreaterThan(3);
  expect(fired).toEqual(rows.map(({ fault, place }) => [fault, place]));
});

test.each([
  [['faults', 'stal'], "Failed to show a fault: there is no 'stal'. Did you mean stall? `reprise faults` lists them."],
  [['faults', 'stall', 'exit'], 'Failed to open exit: there is no such file.'],
  [
    ['faults', 'recordings/stream.jsonl', 'stall'],
    "Failed to show a fault: recordings/stream.jsonl is a file. Name the fault that is to act there first, as in `reprise faults 'stall at=response:3' recordings/stream.jsonl`, or give a `--fault-plan`.",
  ],
  [
    ['faults', '--fault', 'exit code=300', 'x.jsonl'],
    "Failed to read `--fault`: `code` is '300'. Give a whole number from 0 to 255.",
  ],
  [['faults', '--seed', '-1'], '--seed'],
  [
    ['faults', '--fault', 'refuse', '-m', 'stdio', 'recordings/stream.jsonl'],
    'refuse acts where there are TCP connections',
  ],
])('%j is told why not', async (args, text) => {
  const { exitCode, stderr } = await reprise(args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(text);
});

test('the shipped schema takes what the catalogue takes, and nothing else', () => {
  const validate = shippedSchema('fault-plan');
  for (const { name, at, parameters } of listed) {
    const usual = Object.fromEntries(
      Object.entries(parameters)
        .filter(([, { usually }]) => usually !== undefined)
        .map(([key, { usually }]) => [key, usually]),
    );
    expect([name, validate({ seed: 1, faults: [{ fault: name, at, times: 1, ...usual }] })]).toEqual([name, true]);
    expect([name, validate({ faults: [{ fault: name, surprise: 1 }] })]).toEqual([name, false]);
  }
  for (const wrong of [
    { fault: 'stal' },
    { at: 'end' },
    { fault: 'latency', ms: 'x' },
    { fault: 'stall', chance: 0 },
    'stall',
  ])
    expect([wrong, validate({ faults: [wrong] })]).toEqual([wrong, false]);
});

test('what never acted is named in the report of a suite, as JUnit, and on GitHub', async () => {
  const folder = makeFolder();
  const options = { pace: 'instant', journalDir: folder, faults: ['stall at=response:9', 'duplicate'] } as const;
  const plugin = await replay(makeRecording(session), options);
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('x', { n: 1 })}\n${request('y', { n: 2 })}\n`);
  await heard.text('"y","type":"plugin_invoke_end"');
  await plugin.close();
  expect(heard.lines.filter((line) => line === response('x', 'one'))).toHaveLength(2);
  expect(heard.lines).toContain(end('y'));
  const junit = join(makeFolder(), 'junit.xml');
  const { exitCode, stdout } = await reprise(['report', folder, '--strict', '--junit', junit], {
    GITHUB_ACTIONS: 'true',
  });
  expect(exitCode).toBe(1);
  expect(stdout).toContain('1 fault never acted');
  expect(stdout).toContain('  never acted stall at=response:9');
  expect(stdout).toContain('::error title=reprise%3A fault::stall at=response:9 never acted');
  expect(readText(junit)).toMatch(/name="stall at=response:9">\s*<failure message="the fault never acted" type="idle"/);
  expect(readText(junit)).toMatch(/name="duplicate"\/>/);
});

test('explain tells which fault a request has met', async () => {
  const journal = join(makeFolder(), 'journal.jsonl');
  const plugin = await replay(makeRecording(session), {
    pace: 'instant',
    journal,
    faults: ['early-end at=response:2'],
  });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('x', { n: 1 })}\n`);
  await heard.text('plugin_invoke_end');
  await plugin.close();
  const { stdout } = await reprise(['explain', `${journal}:1`]);
  expect(stdout).toContain('  fault early-end at=response:2, at response 2\n');
  const lines = readText(journal)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(lines[0]).toMatchObject({ faults: ['early-end at=response:2'], seed: plugin.seed });
  const validate = shippedSchema('journal');
  for (const line of lines) expect(validate(line)).toBe(true);
});

test('a plan is read where it stands, and its faults are told by their lines', async () => {
  const plan = join(makeFolder(), 'plan.yaml');
  writeFileSync(plan, 'faults:\n  - fault: stall\n  - fault: exit\n    code: many\n');
  const { exitCode, stderr } = await reprise(['replay', makeRecording(session), '--fault-plan', plan]);
  expect([exitCode, stderr]).toEqual([
    2,
    `reprise: Failed to read ${plan}:3: \`code\` is 'many'. Give a whole number from 0 to 255.`,
  ]);
});
