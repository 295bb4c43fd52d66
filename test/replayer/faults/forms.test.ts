import type { FaultSpec, ReplayOptions } from 'reprise';
import { replay } from 'reprise';
import { expect, test } from 'vitest';
import { makeFile } from '../../support/files.ts';
import { end, loading, makeRecording, ready } from '../../support/recordings.ts';
import { acknowledged, line, one, overStdio, plainX, plainY, session, three, two } from './wire.ts';

const started = line(loading, ready);

async function wireOf(options: ReplayOptions, length: number): Promise<string> {
  return (await overStdio(options, { length })).wire;
}

test.each<[string, FaultSpec | string, string]>([
  ['an object', { fault: 'stall', at: 'response 3', invocation: 1 }, acknowledged + line(one, two)],
  [
    'an object with parameters',
    { fault: 'truncate', bytes: 5, newline: false, at: 'end', times: 1 },
    `${plainX.slice(0, -end('x').length - 1)}{"inv`,
  ],
  ['a preset', { fault: 'print-noise', text: 'a b', where: '/request/n=1' }, plainX.replace(one, `a b\n${one}`)],
  [
    'several conditions',
    { fault: 'no-end', where: ['/request/n=*', '/request/n=1'] },
    acknowledged + line(one, two, three),
  ],
  ['a text', 'stall at=response:3 invocation=1', acknowledged + line(one, two)],
  ['a text with spaces', '  stall   at="response 3"  invocation=1 ', acknowledged + line(one, two)],
  ['single quotes', `stray-line text='a "b" \\n' invocation=1`, plainX.replace(one, `a "b" \\n\n${one}`)],
  [
    'double quotes as JSON has them',
    `stray-line text="a \\"b\\" \\u0041" invocation=1`,
    plainX.replace(one, `a "b" A\n${one}`),
  ],
  ['digits as a text', { fault: 'duplicate', copies: 2, at: 'end', invocation: 1 }, plainX + line(end('x'), end('x'))],
])('a fault may be %s', async (_, fault, x) => {
  const wire = started + x + plainY;
  expect(await wireOf({ faults: [fault] }, wire.length)).toBe(wire);
});

const yaml = `# what goes wrong
seed: 7
faults:
  - fault: truncate
    bytes: 8
    at: response 2
    invocation: 1
  - { fault: stray-line, text: "two words", at: end, where: /request/n=1 }
`;
const json = JSON.stringify({
  $schema: 'https://example.com/plan.json',
  seed: 7,
  faults: [
    { fault: 'truncate', bytes: 8, at: 'response 2', invocation: 1 },
    { fault: 'stray-line', text: 'two words', at: 'end', where: ['/request/n=1'] },
  ],
});

test.each([
  ['plan.yaml', yaml],
  ['plan.json', json],
  ['plan', json],
])('a plan is YAML or JSON, whatever its name is: %s', async (name, text) => {
  const faultPlan = makeFile(text, name);
  const wire = `${started}${acknowledged}${line(one, two.slice(0, 8), three, 'two words', end('x'))}${plainY}`;
  expect(await wireOf({ faultPlan }, wire.length)).toBe(wire);
});

test('a plan’s faults come first, in their order, and then those of the options', async () => {
  const faultPlan = makeFile(
    'faults:\n- fault: stray-line\n  text: plan 1\n- fault: stray-line\n  text: plan 2\n',
    'p.yaml',
  );
  await using plugin = await replay(makeRecording(session), {
    pace: 'instant',
    faultPlan,
    faults: ['stray-line text=option'],
  });
  expect(plugin.report().faults.map(({ fault }) => fault)).toEqual([
    'stray-line text="plan 1"',
    'stray-line text="plan 2"',
    'stray-line text=option',
  ]);
  const wire = `${started}${acknowledged}${line('plan 1', 'plan 2', 'option', one, two, three, end('x'))}`;
  expect((await wireOf({ faultPlan, faults: ['stray-line text=option'] }, wire.length)).startsWith(wire)).toBe(true);
});

test('the seed is that of the options, else that of the plan, else any', async () => {
  const faultPlan = makeFile(yaml, 'plan.yaml');
  const seedOf = async (options: ReplayOptions): Promise<number | undefined> => {
    await using plugin = await replay(makeRecording(session), { pace: 'instant', ...options });
    return plugin.seed;
  };
  expect(await seedOf({ faultPlan })).toBe(7);
  expect(await seedOf({ faultPlan, seed: 0 })).toBe(0);
  expect(await seedOf({ faults: ['stall'], seed: 4_294_967_295 })).toBe(4_294_967_295);
  expect(await seedOf({})).toBeUndefined();
  const any = [await seedOf({ faults: ['stall'] }), await seedOf({ faults: ['stall'] })];
  expect(any.every((seed) => Number.isInteger(seed))).toBe(true);
  expect(any[0]).not.toBe(any[1]);
});
