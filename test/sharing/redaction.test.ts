import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { digestOf } from '../../src/recording/bundle/digest.ts';
import { makeHome } from '../support/bundles.ts';
import { makeFolder } from '../support/files.ts';
import { leaksIn } from '../support/leaks.ts';
import { request } from '../support/recordings.ts';
import { program, root } from '../support/run.ts';
import { runIn } from '../support/run-in.ts';

const home = makeHome();
const good = join(makeFolder(), 'good');
await home.run('bundle', join(root, 'recordings/regex.jsonl'), '-o', good);
const secret = 'said-to-nobody-else';
const input = `${request('1', { credentials: { api_key: secret } })}\n`;

/** A bundle of a stranger, in a folder of its own, whose configuration says this. */
function makeBundle(config: object, folder = join(makeFolder(), 'bundle')): string {
  cpSync(good, folder, { recursive: true });
  const content = JSON.stringify(config);
  const manifest = JSON.parse(readFileSync(join(folder, 'bundle.json'), 'utf8')) as Record<string, unknown>;
  manifest['config'] = { file: 'reprise.config.json', size: content.length, digest: digestOf(content) };
  writeFileSync(join(folder, 'bundle.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'reprise.config.json'), content);
  return folder;
}

/** Records what holds a secret. */
async function record(file: string, cwd = makeFolder()): Promise<string> {
  await execa(process.execPath, [program, 'record', '-o', file, '--', 'cat'], { input, cwd, stderr: 'ignore' });
  return file;
}

const strangers = [{ noRedact: true }, { keep: ['/request'] }];

test.each(strangers)(
  'what is recorded into a bundle is redacted, whatever its configuration says: %j',
  async (config) => {
    const bundle = makeBundle(config);
    await record(join(bundle, 'recordings/new.jsonl'));
    writeFileSync(join(bundle, 'recordings/reprise.config.json'), JSON.stringify(config));
    await record(join(bundle, 'recordings/more.jsonl'));
    await record('recordings/in-it.jsonl', bundle);
    for (const name of ['new', 'more', 'in-it'])
      expect(existsSync(join(bundle, `recordings/${name}.jsonl`))).toBe(true);
    expect(leaksIn(bundle, [secret])).toEqual([]);
  },
);

test('the configuration of the project around a bundle holds for what is recorded into it', async () => {
  const project = makeFolder();
  mkdirSync(join(project, '.git'));
  writeFileSync(join(project, 'reprise.config.json'), JSON.stringify({ keep: ['/request/credentials'] }));
  const bundle = makeBundle({ noRedact: true }, join(project, 'bundle'));
  const file = await record(join(bundle, 'recordings/new.jsonl'));
  expect(readFileSync(file, 'utf8')).toContain(`"api_key":"${secret}"`);
});

test.each(strangers)('`redact` and `check` do not heed what a bundle wishes to be kept: %j', async (config) => {
  const plain = join(makeFolder(), 'plain.jsonl');
  writeFileSync(join(dirname(plain), 'reprise.config.json'), '{"noRedact":true}');
  await record(plain);
  const bundle = makeBundle(config);
  const file = join(bundle, 'recordings/old.jsonl');
  copyFileSync(plain, file);
  const run = (...args: string[]) => runIn(makeFolder(), args, home);
  expect((await run('check', file)).stdout).toContain('secret: ');
  expect((await run('redact', file)).stderr).toMatch(/^reprise: Failed to redact .+: it is in the bundle /);
});

test('a bundle that is made says nothing of what is redacted', async () => {
  const project = makeFolder();
  copyFileSync(join(root, 'recordings/regex.jsonl'), join(project, 'a.jsonl'));
  const config = { pace: 'instant', redact: ['/cust-1/'], keep: ['/request/x'], noRedact: false };
  writeFileSync(join(project, 'reprise.config.json'), JSON.stringify(config));
  expect(await runIn(project, ['bundle', 'a.jsonl', '-o', 'out'], home)).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(readFileSync(join(project, 'out/reprise.config.json'), 'utf8'))).toEqual({ pace: 'instant' });
});
