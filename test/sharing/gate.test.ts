import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digestOf } from '../../src/recording/bundle/digest.ts';
import type { RawEntry } from '../support/bundles.ts';
import { listAll, makeArchive, makeHome } from '../support/bundles.ts';
import { makeFolder } from '../support/files.ts';
import { runIn } from '../support/run-in.ts';
import { root } from '../support/run.ts';

const recording = readFileSync(join(root, 'recordings/regex.jsonl'));
const token = ['ghp', '_aB3dE5gH7jK9mN1pQ3sT5vW7xY9zA1cD3eF5'].join('');
const leaking = Buffer.from(recording.toString().replace('order 12 of 345', token));

interface Contents {
  recordings?: Record<string, Buffer>;
  plans?: Record<string, string>;
  config?: string;
  more?: object;
}

/** The entries of a bundle that was made with no regard to what is in it. */
function entriesOf({ recordings = { 'a.jsonl': recording }, plans = {}, config, more = {} }: Contents): RawEntry[] {
  const files = [
    ...Object.entries(recordings).map(([name, content]) => ({ name: `recordings/${name}`, content })),
    ...Object.entries(plans).map(([name, text]) => ({ name: `faults/${name}`, content: Buffer.from(text) })),
    ...(config === undefined ? [] : [{ name: 'reprise.config.json', content: Buffer.from(config) }]),
  ];
  const listed = files.map(({ name, content }) => ({ file: name, size: content.length, digest: digestOf(content) }));
  const manifest = {
    format: 'reprise-bundle',
    format_version: 1,
    name: 'x',
    version: '1.0.0',
    recordings: listed.filter(({ file }) => file.startsWith('recordings/')),
    fault_plans: listed.filter(({ file }) => file.startsWith('faults/')),
    config: listed.find(({ file }) => file === 'reprise.config.json'),
    ...more,
  };
  return [{ name: 'bundle.json', content: JSON.stringify(manifest, undefined, 2) }, ...files];
}

/** A folder with such a bundle, as `b.tgz` and as `b`. */
async function makePlace(contents: Contents) {
  const [home, folder] = [makeHome(), makeFolder()];
  const entries = entriesOf(contents);
  await makeArchive(entries, join(folder, 'b.tgz'));
  for (const { name, content = '' } of entries) {
    mkdirSync(join(folder, 'b', name, '..'), { recursive: true });
    writeFileSync(join(folder, 'b', name), content);
  }
  return { home, folder, run: (args: string[], env = {}) => runIn(folder, args, home, env) };
}

test('what is in an archive is named by the archive, in findings, advice, annotations and JSON', async () => {
  const { home, run } = await makePlace({ recordings: { 'a.jsonl': leaking } });
  const { exitCode, stdout, stderr } = await run(['check', 'b.tgz'], { GITHUB_ACTIONS: 'true' });
  expect(exitCode).toBe(1);
  expect(stdout).toContain(
    'b.tgz#recordings/a.jsonl:15: secret: /request/tool_parameters/content holds a github_token\n',
  );
  expect(stderr).toContain(
    '::error file=b.tgz,title=reprise%3A secret::recordings/a.jsonl:15: /request/tool_parameters/content holds a github_token\n',
  );
  expect(stderr).toContain(
    'reprise: b.tgz holds secrets. Take them out of what it was made of, recordings with `reprise redact` and the rest by hand, and make it anew with `reprise bundle`; revoke those that others have seen.',
  );
  const json = await run(['check', '--json', 'b.tgz']);
  expect(json.stdout).toContain('{"file":"b.tgz#recordings/a.jsonl","ok":false,');
  for (const text of [stdout, stderr, json.stdout]) expect(text).not.toContain(home.cache);
});

test('what is in a folder is named by its path', async () => {
  const { folder, run } = await makePlace({ recordings: { 'a.jsonl': leaking } });
  const { stdout, stderr } = await run(['check', 'b'], { GITHUB_ACTIONS: 'true' });
  expect(stdout).toContain('b/recordings/a.jsonl:15: secret: ');
  expect(stderr).toContain('::error file=b/recordings/a.jsonl,line=15,');
  expect(stderr).toContain('reprise: b holds secrets. Take them out of what it was made of');
  for (const path of ['b/recordings/a.jsonl', 'b/recordings'])
    expect((await run(['check', path])).stderr).toContain(`${join(folder, 'b')} holds secrets. Take them out of what`);
});

test('a broken recording in an archive is named by the archive', async () => {
  const broken = Buffer.from(`${String(recording).split('\n')[0]}\n{"at":1}\n`);
  const { home, run } = await makePlace({ recordings: { 'a.jsonl': broken, 'b.jsonl': Buffer.from('hello\n') } });
  for (const args of [
    ['check', 'b.tgz'],
    ['replay', 'b.tgz'],
    ['inspect', 'b.tgz#recordings/a.jsonl'],
  ]) {
    const { stdout, stderr } = await run(args);
    expect(stdout + stderr).toMatch(/b\.tgz#recordings\/[ab]\.jsonl/);
    expect(stdout + stderr).not.toContain(home.cache);
  }
});

test('a recording of an archive is inspected by its name', async () => {
  const { run } = await makePlace({ recordings: { 'a.jsonl': recording, 'b.jsonl': recording } });
  expect((await run(['inspect', 'b.tgz'])).stdout.match(/^\S+/gm)).toEqual([
    'recording',
    'b.tgz#recordings/a.jsonl',
    'b.tgz#recordings/b.jsonl',
  ]);
  const { exitCode, stdout } = await run(['inspect', 'b.tgz#recordings/a.jsonl']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^b\.tgz#recordings\/a\.jsonl: /);
  expect((await run(['inspect', '--json', 'b.tgz#recordings/a.jsonl', '1'])).stdout).toMatch(
    /^\{"file":"b\.tgz#recordings\/a\.jsonl",/,
  );
  expect((await run(['check', 'b.tgz#recordings/b.jsonl'])).stdout).toMatch(/^b\.tgz#recordings\/b\.jsonl: good: .*$/);
});

test('nothing in a bundle or in the cache is redacted', async () => {
  const { home, folder, run } = await makePlace({ recordings: { 'a.jsonl': leaking } });
  await run(['check', 'b.tgz']);
  const cached = join(
    home.cache,
    listAll(home.cache).find((name) => name.endsWith('a.jsonl'))!,
  );
  symlinkSync(cached, join(folder, 'link.jsonl'));
  const advice = 'Redact the recordings that it was made of, and make it anew with `reprise bundle`.';
  for (const [word, reason] of [
    ['b.tgz', 'it is a bundle'],
    ['b.tgz#recordings/a.jsonl', 'it is a bundle'],
    ['b', 'it is a bundle'],
    ['oci://127.0.0.1:1/x:1', 'it is a bundle'],
    ['b/recordings/a.jsonl', `it is in the bundle ${join(folder, 'b')}`],
    ['b/recordings', `it is in the bundle ${join(folder, 'b')}`],
    ['link.jsonl', 'it is in the cache of bundles'],
    [cached, 'it is in the cache of bundles'],
  ] as const)
    expect(await run(['redact', word])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringMatching(
        new RegExp(`^reprise: Failed to redact .*: ${reason}, whose digests would not fit any more\\. ${advice}$`),
      ) as string,
    });
  expect(readFileSync(cached)).toEqual(leaking);
  expect(readFileSync(join(folder, 'b/recordings/a.jsonl'))).toEqual(leaking);
});

const plan = (text: string): string => `faults:\n  - fault: error\n    text: ${text}\n`;
const byHand = 'Take them out of fault plans and the configuration by hand.';
const byName = 'Give other names to what `bundle.json` names by them.';

test.each<[string, Contents, string, string]>([
  ['a fault plan', { plans: { 'f.yaml': plan(token) } }, 'faults/f.yaml:3 /faults/0/text (github_token)', byHand],
  [
    'an escaped text of a fault plan',
    { plans: { 'f.yaml': plan(`"${token.replace('a', '\\x61')}"`) } },
    'faults/f.yaml:3 /faults/0/text (github_token)',
    byHand,
  ],
  [
    'a comment of a fault plan',
    { plans: { 'f.yaml': `# ${token}\n${plan('x')}` } },
    'faults/f.yaml:1 text (github_token)',
    byHand,
  ],
  [
    'a configuration',
    { config: `{\n  "ignore": ["/request/${token}"]\n}` },
    'reprise.config.json:2 /ignore/0 (github_token)',
    byHand,
  ],
  ['the name', { more: { name: token } }, 'bundle.json:4 /name (github_token)', byName],
  ['what a manifest says beside', { more: { note: token } }, '/note (github_token)', byName],
])('a secret in %s is found by check, bundle and push', async (_what, contents, place, advice) => {
  const { run } = await makePlace(contents);
  const checked = await run(['check', 'b.tgz']);
  const [, file, line, path] = /^(?:(.*):(\d+) )?(\/\S+|text) /.exec(place) ?? [];
  expect(checked.stdout).toContain(
    `b.tgz#${file ?? 'bundle.json'}:${line ?? /bundle\.json:(\d+): secret/.exec(checked.stdout)?.[1]}: secret: ${path} holds a github_token\n`,
  );
  expect(checked.exitCode).toBe(1);
  for (const [purpose, args] of [
    ['make a bundle', ['bundle', 'b.tgz', '-o', 'c.tgz']],
    ['make a bundle', ['bundle', 'b', '-o', 'c.tgz']],
    ['push', ['push', 'b.tgz', 'oci://127.0.0.1:1/x:1']],
  ] as const) {
    const { exitCode, stderr } = await run([...args]);
    expect(stderr).toContain(`reprise: Failed to ${purpose}: there may be secrets in `);
    expect(stderr).toContain(place);
    expect(stderr.endsWith(` ${advice}`)).toBe(true);
    expect(exitCode).toBe(1);
    expect(stderr).not.toContain(token);
  }
});

test('a recording that is named by a secret is refused, and not named', async () => {
  const { folder, run } = await makePlace({});
  writeFileSync(join(folder, `${token}.jsonl`), leaking);
  expect(await run(['bundle', `${token}.jsonl`, '-o', 'c.tgz'])).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `reprise: Failed to make a bundle: there may be secrets in bundle.json:8 /recordings/0/file (github_token), file 1:15 /request/tool_parameters/content (github_token). Take them out of the recordings that the bundle is made of with \`reprise redact\`. ${byName}`,
  });
  expect((await run(['bundle', 'b', '-o', 'c.tgz', '--name', token])).stderr).toContain(
    'bundle.json:4 /name (github_token)',
  );
});

test('check tells where a replay would refuse what a bundle holds', async () => {
  const bad = await makePlace({ plans: { 'f.yaml': 'faults:\n  - nonsense: 1\n' } });
  const { exitCode, stdout, stderr } = await bad.run(['check', 'b.tgz']);
  expect(stdout).toContain('b.tgz#recordings/a.jsonl: good: ');
  expect(stderr).toBe(
    'reprise: Failed to read b.tgz#faults/f.yaml:2: `fault` is missing. Name one, as in `fault: stall`.',
  );
  expect(exitCode).toBe(2);
  const { run } = await makePlace({ config: '{"nonsense":1}' });
  const second = await run(['check', 'b.tgz']);
  expect(second.stderr).toContain('Failed to read b.tgz#reprise.config.json:1: the options: there is no option');
  expect(second.exitCode).toBe(2);
});

test('a bundle that is as it should be is good, all of it', async () => {
  const { run } = await makePlace({ plans: { 'f.yaml': plan('x') }, config: '{"ignore":["/request/x"]}' });
  const { exitCode, stdout } = await run(['check', 'b.tgz']);
  expect(stdout.replace(/good: 35 .*/, 'good')).toBe(
    [
      'b.tgz#recordings/a.jsonl: good',
      'b.tgz#faults/f.yaml: good: a fault plan',
      'b.tgz#reprise.config.json: good: a configuration',
      'b.tgz#bundle.json: good: a manifest',
      '4 files, no findings',
    ].join('\n'),
  );
  expect(exitCode).toBe(0);
});
