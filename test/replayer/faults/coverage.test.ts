import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { faultKinds } from '../../../src/replayer/faults/catalogue.ts';
import { presets } from '../../../src/replayer/faults/presets.ts';
import { loading, ready } from '../../support/recordings.ts';
import { bytesRows } from './tables/bytes.ts';
import { presetRows } from './tables/presets.ts';
import { protocolRows } from './tables/protocol.ts';
import { line, overStdio, overTcp, plainX, plainY } from './wire.ts';

/** These have tests of their own in presets.test.ts: they are no answers. */
const presetsOfTheStart = ['startup-fail', 'tcp-refused'];

/** Those of which a test's title begins with the name. */
function shownIn(file: string): string[] {
  const source = readFileSync(new URL(file, import.meta.url), 'utf8');
  const titles = [...source.matchAll(/^(?:test|\] as const\)|test\.each.*)\(\s*["']([\w-]+): /gm)];
  return titles.map(([, name = '']) => name);
}

test('every kind has a test of its wire', () => {
  const shown = [
    ...[...bytesRows, ...protocolRows].map(({ name }) => name),
    ...['time', 'process', 'connection', 'writes'].flatMap((file) => shownIn(`${file}.test.ts`)),
  ];
  expect([...new Set(shown)].toSorted()).toEqual(faultKinds.map(({ name }) => name).toSorted());
});

test('every preset has a test of its wire', () => {
  const shown = [...presetRows.map(({ name }) => name), ...presetsOfTheStart];
  expect([...new Set(shown)].toSorted()).toEqual(presets.map(({ name }) => name).toSorted());
});

const names = [...faultKinds, ...presets].map(({ name }) => name);

test.each(names)('without its turn the wire is as without it over TCP: %s', async (name) => {
  const wire = line(ready) + plainX + plainY;
  const over = await overTcp({ faults: [`${name} connection=7`] }, { length: wire.length });
  expect(over).toMatchObject({ wire, stdout: line(loading) + over.announced, exit: { code: 0, signal: null } });
});

const ofTcp = new Set<string>([
  ...faultKinds.filter((kind) => kind.isTcpOnly === true).map(({ name }) => name),
  'tcp-refused',
]);

test.each(names.filter((name) => !ofTcp.has(name)))(
  'without its turn the wire is as without it over stdio: %s',
  async (name) => {
    const wire = line(loading, ready) + plainX + plainY;
    const over = await overStdio({ faults: [`${name} connection=7`] }, { length: wire.length });
    expect(over).toEqual({ wire, exit: { code: 0, signal: null } });
  },
);
