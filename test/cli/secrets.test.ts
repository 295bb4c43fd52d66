import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fingerprintOf } from '../../src/foundation/placeholder.ts';
import { makePackage, runDify, startDify } from '../support/drop-in.ts';
import { makeFile, makeFolder } from '../support/files.ts';
import { start } from '../support/recorder.ts';
import { program, reprise } from '../support/run.ts';
import { again, bad, good, hide, key, llm, makeProject, otherKey, rotated } from '../support/secrets.ts';

const two = [
  { line: llm({ api_key: hide(good) }), answer: 'hello' },
  { line: llm({ api_key: hide(bad) }), answer: 'denied' },
];
const asked = (value: string): string => llm({ api_key: value });

/** All that a replay wrote, wherever it did, when it was asked these lines. */
async function converse(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv, lines: readonly string[]) {
  const [file = '', ...rest] = args;
  const running =
    file === program
      ? start([process.execPath, program, ...rest], { cwd, env: { TMPDIR: cwd, ...env } })
      : startDify(rest, { file, cwd, env: { TMPDIR: cwd, ...env } });
  await running.says('plugin_ready');
  for (const [index, line] of lines.entries()) {
    running.child.stdin.write(`${line.replace('"r"', `"r${index}"`)}\n`);
    await running.says(`"r${index}","type":"plugin_invoke_end"`);
  }
  running.child.kill('SIGTERM');
  const { code, stdout, stderr } = await running.ended;
  const answers = [...stdout.toString().matchAll(/"text":"([^"]*)"|"type":"error"/g)].map(
    ([, text = 'missed']) => text,
  );
  return { code, answers, written: stdout.toString() + stderr + filesIn(cwd) };
}

/** The content of all files of a folder but recordings, the key and the stub itself. */
function filesIn(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return files
    .filter(({ name }) => name !== 'dify')
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
    .join('\n');
}

test.each([
  ['with the key beside the recording', key, {}, [bad, good], ['denied', 'hello']],
  ['with the key of the environment', undefined, { REPRISE_KEY: key }, [bad, good], ['denied', 'hello']],
  ['with the key of the environment before that of a file', otherKey, { REPRISE_KEY: key }, [bad], ['denied']],
  ['with another key', otherKey, {}, [rotated, again], ['hello', 'denied']],
  ['with exactly the recorded secrets', key, { REPRISE_SECRETS: 'exact' }, [bad, again], ['denied', 'missed']],
] as const)('replays %s, and tells no value', async (_, own, env, values, answers) => {
  const { folder, file } = makeProject(two, own);
  const args = [program, 'replay', file, '--pace', 'instant', '--strict', '--journal', join(folder, 'j.jsonl')];
  const report = ['--report', join(folder, 'report.xml')];
  const said = await converse([...args, ...report], folder, { ...env }, values.map(asked));
  expect(said.answers).toEqual(answers);
  for (const value of values) expect(said.written).not.toContain(value);
  expect(said.written).toContain('"matched"');
});

test.each([
  ['a stub', []],
  ['a stub that holds its recordings', ['--embed']],
])('%s knows the key of its working folder, and of the environment', async (_, options) => {
  const { folder, file } = makeProject(two, undefined);
  writeFileSync(file, aboutPlugin(readFileSync(file, 'utf8')));
  const stub = join(folder, 'dify');
  expect((await reprise(['stub', file, '-o', stub, ...options])).exitCode).toBe(0);
  if (options.length > 0) rmSync(file);
  const cwd = makeFolder();
  mkdirSync(join(cwd, '.reprise'));
  writeFileSync(join(cwd, '.reprise', 'key'), key);
  const args = [stub, 'plugin', 'run', await makePackage('weather'), '-r', 'json'];
  const env = { REPRISE_SECRETS: 'exact' };
  expect((await converse(args, cwd, env, [bad, good].map(asked))).answers).toEqual(['denied', 'hello']);
  renameSync(join(cwd, '.reprise'), join(cwd, 'other'));
  const missed = await converse(args, cwd, env, [asked(bad)]);
  expect([missed.answers, missed.written.includes(bad)]).toEqual([['missed'], false]);
  expect(missed.written).toContain('to accept it: REPRISE_SECRETS=any');
  const given = await converse(args, cwd, { ...env, REPRISE_KEY: key }, [asked(bad)]);
  expect(given.answers).toEqual(['denied']);
});

/** The recording as one of a plugin that a package can be had of. */
function aboutPlugin(text: string): string {
  const plugin = { author: 'reprise', name: 'weather', version: '0.0.1', sha256: 'f'.repeat(64) };
  const about = JSON.stringify({ at: 40, event: 'about', plugin, redaction: { key: fingerprintOf(key) } });
  return text.replace(/^.*"event":"about".*$/m, () => about);
}

test('a key that is too short is told, and the replay does not start', async () => {
  const { file } = makeProject(two, undefined);
  expect(await reprise(['replay', file], { REPRISE_KEY: 'short' })).toEqual({
    exitCode: 2,
    stdout: '',
    stderr:
      'reprise: Failed to read the key of `REPRISE_KEY`: it is shorter than 16 characters. Take a long random text, such as `openssl rand -hex 32` gives.',
  });
});

test('the drop-in knows the variable of the key, and tells when it is misspelt', async () => {
  const { stdout } = await runDify(['plugin', 'run', 'x.difypkg'], { env: { REPRISE_KEYS: key } });
  expect(stdout).toContain('there is no such variable. Did you mean REPRISE_KEY?');
});

test('explain tells before any replay what a request would get, and which secrets are the same', async () => {
  const { file } = makeProject(two, key);
  const request = makeFile([asked(bad), asked(rotated), asked(again)].join('\n'), 'requests.jsonl');
  const { exitCode, stdout } = await reprise(['explain', file, request]);
  expect(exitCode).toBe(1);
  expect(stdout).toContain(`  matched ${file}#2\n  secrets: the same at /request/credentials/api_key\n`);
  expect(stdout).toContain(`  matched ${file}#1\n  secrets: any at /request/credentials/api_key\n`);
  expect(stdout).toContain('recorded a secret (api_key), received another one than before');
  const exact = await reprise(['explain', file, request, '--secrets', 'exact']);
  expect(exact.stdout).toContain('to accept it: --secrets any\n    or in reprise.config.json: {"secrets":"any"}');
  for (const value of [bad, rotated, again]) expect(stdout + exact.stdout).not.toContain(value);
});

test('inspect takes requests with equal placeholders for equal, and others for different', async () => {
  const recorded = [...two, { line: llm({ api_key: hide(good, 'token') }), answer: 'hi' }];
  const { file } = makeProject(recorded, undefined);
  const { stdout } = await reprise(['inspect', file, '--json']);
  const { invocations } = JSON.parse(stdout) as { invocations: { ambiguous_with?: number }[] };
  expect(invocations.map((one) => one.ambiguous_with ?? null)).toEqual([null, null, 1]);
});
