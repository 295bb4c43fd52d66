import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { playSample } from '../src/cli/faults/sample.ts';
import { faultKinds } from '../src/replayer/faults/catalogue.ts';
import { presets } from '../src/replayer/faults/presets.ts';
import { makeFile } from './support/files.ts';
import { reprise, root } from './support/run.ts';
import { shippedSchema } from './support/schemas.ts';

const page = readFileSync(join(root, 'docs/faults.md'), 'utf8');
const [tables = '', sections = ''] = page.split('<!-- /presets -->');
const fenced = /^```text\n([\s\S]*?)^```$/m;

/** The wire of each preset that has a section, a line of the page a row. */
const wires = sections
  .split(/^### /m)
  .slice(1)
  .map(
    (section) => [/`([a-z-]+)`/.exec(section)?.[1] ?? '', fenced.exec(section)?.[1]?.trim().split('\n') ?? []] as const,
  );

test.each([...faultKinds, ...presets].map(({ name, at }) => [name, at] as const))(
  '%s stands in a table',
  (name, at) => {
    expect(tables).toContain(`| \`${name}\` | ${at} |`);
  },
);

test.each(presets.map(({ name }) => name))('%s is explained', (name) => {
  expect(sections).toContain(`\`${name}\``);
});

test.each(wires)('the lines of %s are what a client sees', async (name, lines) => {
  const isTcp = name === 'tcp-refused';
  const isOfStart = isTcp || name === 'startup-fail';
  const seen = await playSample(isTcp ? 'tcp' : 'stdio', [isOfStart ? name : `${name} invocation=1`]);
  const all = seen
    .flatMap(({ at, what }) => {
      const text = typeof what === 'string' ? [`(${what})`] : what.toString().split('\n');
      return text.map((line) => `${Math.round(at)} ms  ${line}`);
    })
    .join('\n');
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(mask(all)).toContain(mask(line.replace(/…$/, '')));
});

/** Ports are others each time. */
function mask(text: string): string {
  return text.replaceAll(/(?<=:::|"port":)\d+/g, 'PORT');
}

test('the commands of the page print what it says', async () => {
  const commands = [...page.matchAll(/^```sh\n(node .*)\n```\n+(?:[^\n`].*\n+)*```text\n([\s\S]*?)^```$/gm)];
  expect(commands).toHaveLength(2);
  for (const [, command = '', printed = ''] of commands) {
    const { stdout } = await execa({ shell: true, cwd: root })`${command}`;
    expect(`${stdout}\n`).toBe(printed);
  }
});

test('the plan of the page is as the schema says, and each of its faults acts', async () => {
  const plan = /^```yaml\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? '';
  const file = makeFile(plan, 'plan.yaml');
  const { exitCode, stdout } = await reprise(['faults', '--fault-plan', file, 'recordings/stream.jsonl']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('seed 7');
  expect(shippedSchema('fault-plan')(parse(plan))).toBe(true);
});
