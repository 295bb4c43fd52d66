import { createHash, randomBytes } from 'node:crypto';
import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { makeFile } from '../support/files.ts';
import { eventsOf as allEventsOf, record } from '../support/recorder.ts';
import { ready } from '../support/recordings.ts';

/** Events without the one that tells of the key, which every recording has. */
function eventsOf(...given: Parameters<typeof allEventsOf>): ReturnType<typeof allEventsOf> {
  return allEventsOf(...given).filter((fields) => !('redaction' in fields));
}

const manifest = 'version: 0.0.6\nauthor: langgenius\nname: time\ntype: plugin\n';
const textWarning =
  'reprise: this session is in the text format, which has no ids: it is recorded, and can NOT be replayed. Record it with `-r json`.\n';

function makePackage(files: Record<string, Uint8Array>): { file: string; sha256: string } {
  const bytes = Buffer.from(zipSync(files, { level: 0 }));
  return { file: makeFile(bytes, 'time.difypkg'), sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Records a plugin that says these lines, with a package among its arguments. */
function recordSaying(lines: readonly string[], file = ''): ReturnType<typeof record> {
  return record(['sh', '-c', 'shift; printf "%s\\n" "$@"', 'sh', file, ...lines]);
}

test('a recording holds what the package says of itself, the transport and the format', async () => {
  const { file, sha256 } = makePackage({ 'manifest.yaml': strToU8(manifest) });
  const { lines } = await recordSaying([ready], file);
  const about = Object.assign({}, ...eventsOf(lines, 'about')) as unknown;
  expect(about).toEqual({
    response_format: 'json',
    transport: 'stdio',
    plugin: { author: 'langgenius', name: 'time', version: '0.0.6', sha256 },
  });
});

test.each([
  ['a manifest that is no YAML', { 'manifest.yaml': strToU8('name: [') }],
  ['no manifest', { 'other.yaml': strToU8(manifest) }],
])('a package with %s is known by its digest alone', async (_title, files) => {
  const { file, sha256 } = makePackage(files);
  expect(eventsOf((await recordSaying([], file)).lines, 'about')).toEqual([{ plugin: { sha256 } }]);
});

test('a package that is not there is no error', async () => {
  const { code, lines } = await recordSaying([], '/no/such.difypkg');
  expect(code).toBe(0);
  expect(eventsOf(lines, 'about')).toEqual([]);
});

test('reading a large package does not delay the start', async () => {
  const { file, sha256 } = makePackage({ 'manifest.yaml': strToU8(manifest), data: randomBytes(120 << 20) });
  const { lines } = await record(['sh', '-c', 'echo started; sleep 1', 'sh', file]);
  const started = lines.findIndex((line) => line['text'] === 'started');
  const known = lines.findIndex(({ plugin }) => plugin !== undefined);
  expect(lines[known]).toMatchObject({ plugin: { name: 'time', sha256 } });
  expect(started).toBeLessThan(known);
});

test.each([
  ['2026/11/22 10:14:45 run.go:167: [INFO]loading plugin', '[plugin_ready] map[info:plugin loaded]'],
  ['[plugin_ready] map[info:plugin loaded]', ''],
])('a session in the text format is recorded, with a warning at its first line, %o', async (...said) => {
  const { code, stderr, lines } = await recordSaying(said);
  expect(code).toBe(0);
  expect(stderr.split(textWarning)).toHaveLength(2);
  expect(Object.assign({}, ...eventsOf(lines, 'about'))).toEqual({ response_format: 'text', transport: 'stdio' });
});
