import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { listAll, makeArchive, makeHome } from '../support/bundles.ts';
import { makeFile, makeFolder } from '../support/files.ts';
import { serve, serveRegistry } from '../support/registry.ts';
import { runIn } from '../support/run-in.ts';
import { program, root } from '../support/run.ts';

const recording = join(root, 'recordings/regex.jsonl');

/** Starts reprise where nothing else is, with a folder of its own for what is temporary. */
function start(args: readonly string[]) {
  const [home, folder, temporary] = [makeHome(), makeFolder(), makeFolder()];
  const env = { REPRISE_CACHE_DIR: home.cache, DOCKER_CONFIG: home.docker, TMPDIR: temporary };
  const child = execa(process.execPath, [program, ...args], { reject: false, cwd: folder, stdin: 'ignore', env });
  const left = (): string[] => [
    ...readdirSync(temporary).filter((name) => name !== 'node-compile-cache'), // which is Node's, from 22 on
    ...readdirSync(folder),
    ...(existsSync(join(home.cache, 'part')) ? listAll(join(home.cache, 'part')) : []),
  ];
  return { child, left };
}

/** A server that has sent the beginning of an archive, and leaves it at that. */
async function serveHalf(): Promise<{ host: string; isAsked: Promise<void> }> {
  let tell = (): void => undefined;
  const isAsked = new Promise<void>((resolve) => void (tell = resolve));
  const host = await serve((_request, response) => {
    response.write(Buffer.alloc(1 << 20), tell);
  });
  return { host, isAsked };
}

/** A shell says 130 and 143 where these end a process. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

test.each(signals)('a pull that %s ends leaves nothing', async (signal) => {
  const { host, isAsked } = await serveHalf();
  const { child, left } = start(['pull', `http://${host}/b.tgz`]);
  await isAsked;
  await expect.poll(left).toHaveLength(1);
  child.kill(signal);
  expect((await child).signal).toBe(signal);
  expect(left()).toEqual([]);
});

test.each(signals)('a push that %s ends leaves nothing', async (signal) => {
  let tell = (): void => undefined;
  const isAsked = new Promise<void>((resolve) => void (tell = resolve));
  const { host } = await serveRegistry(() => {
    tell();
    return true; // and no answer ever
  });
  const { child, left } = start(['push', recording, `oci://${host}/team/x:1`]);
  await isAsked;
  expect(left()).toHaveLength(1);
  child.kill(signal);
  expect((await child).signal).toBe(signal);
  expect(left()).toEqual([]);
});

test.each(signals)('the making of an archive that %s ends leaves nothing', async (signal) => {
  const line = `${JSON.stringify({ at: 1, from: 'plugin', text: 'x'.repeat(1000) })}\n`;
  const head = JSON.stringify({
    format: 'reprise',
    version: 1,
    recorded_at: '2026-11-22T08:00:00.000Z',
    command: ['x'],
    recorder: { name: 'reprise', version: '0.1.0', node: 'v20.20.2', platform: 'linux-x64' },
  });
  const large = makeFile(`${head}\n${line.repeat(60_000)}`, 'large.jsonl');
  const { child, left } = start(['bundle', large, '-o', 'b.tgz']);
  await expect.poll(() => left().some((name) => name.startsWith('b.tgz.'))).toBe(true);
  child.kill(signal);
  expect((await child).signal).toBe(signal);
  expect(left()).toEqual([]);
});

test('what killed processes have left goes with the next run, and what others are at stays', async () => {
  const [home, folder] = [makeHome(), makeFolder()];
  const gone = Number((await execa('sh', ['-c', 'echo $$'])).stdout);
  const part = join(home.cache, 'part');
  const machine = hostname().replaceAll(/[^\w-]/g, '-');
  const [mine, dead, elsewhere] = [`${machine}.${process.pid}.a`, `${machine}.${gone}.b`, `elsewhere.${gone}.c`];
  for (const name of [mine, dead, elsewhere]) mkdirSync(join(part, name, 'recordings'), { recursive: true });
  for (const name of [`out.reprise-${gone}`, `out.reprise-${gone}.old`, `out.reprise-${process.pid}`])
    mkdirSync(join(folder, name));
  for (const name of [`b.tgz.reprise-${gone}`, 'b.tgz.1', `out.${gone}`]) writeFileSync(join(folder, name), 'x');
  const run = (...args: string[]) => runIn(folder, args, home);
  await run('bundle', recording, '-o', 'b.tgz');
  await run('bundle', recording, '-o', 'out');
  await run('check', 'b.tgz');
  expect(readdirSync(part).toSorted()).toEqual([mine, elsewhere].toSorted());
  expect(readdirSync(folder).toSorted()).toEqual(
    ['b.tgz', 'b.tgz.1', 'out', `out.${gone}`, `out.reprise-${process.pid}`].toSorted(),
  );
});

test('an archive that is refused leaves nothing in the cache', async () => {
  const home = makeHome();
  const file = await makeArchive([{ name: 'bundle.json', content: '{}' }]);
  expect(await home.run('check', file)).toMatchObject({ exitCode: 2 });
  expect(listAll(home.cache)).toEqual(['part']);
});
