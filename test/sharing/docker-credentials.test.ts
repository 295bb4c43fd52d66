import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findCredentials } from '../../src/sharing/docker-credentials.ts';
import { makeFolder } from '../support/files.ts';

const auth = Buffer.from('anna:word').toString('base64');
const anna = { kind: 'password', username: 'anna', password: 'word' };

/** Docker's folder with this in its file, and programs beside it. */
function makeDocker(config?: object | string, helper?: string): NodeJS.ProcessEnv {
  const folder = makeFolder();
  if (config !== undefined)
    writeFileSync(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  if (helper !== undefined) {
    writeFileSync(join(folder, 'docker-credential-made'), `#!/bin/sh\n${helper}\n`);
    chmodSync(join(folder, 'docker-credential-made'), 0o755);
  }
  return { ...process.env, DOCKER_CONFIG: folder, PATH: `${folder}:${process.env['PATH']}` };
}

test.each(['docker.io', 'index.docker.io', 'registry-1.docker.io', 'Docker.io'])(
  '%s is Docker Hub, however it was written',
  async (host) => {
    for (const key of ['https://index.docker.io/v1/', 'docker.io', 'https://registry-1.docker.io/v2/'])
      expect(await findCredentials(host, makeDocker({ auths: { [key]: { auth } } }))).toEqual(anna);
    const helper = 'read server; echo "{\\"Username\\":\\"anna\\",\\"Secret\\":\\"$server\\"}"';
    for (const key of ['https://index.docker.io/v1/', 'index.docker.io'])
      expect(await findCredentials(host, makeDocker({ credHelpers: { [key]: 'made' } }, helper))).toEqual({
        ...anna,
        password: 'https://index.docker.io/v1/',
      });
  },
);

test('another host is shown nothing of Docker Hub, and a byte order mark is no fault', async () => {
  const auths = { 'https://index.docker.io/v1/': { auth } };
  expect(await findCredentials('example.com', makeDocker({ auths }))).toBeUndefined();
  expect(await findCredentials('docker.io', makeDocker(`\uFEFF${JSON.stringify({ auths })}`))).toEqual(anna);
  expect(await findCredentials('docker.io', makeDocker())).toBeUndefined();
});

test.each<[string, (file: string) => void, string]>([
  ['a folder', (file) => mkdirSync(file), 'it is a folder'],
  ['a pipe', (file) => void execFileSync('mkfifo', [file]), 'it is no regular file'],
  ['no JSON', (file) => writeFileSync(file, '{'), 'it is no JSON object'],
])("Docker's file that is %s is told", async (_what, make, reason) => {
  const env = makeDocker();
  const file = join(String(env['DOCKER_CONFIG']), 'config.json');
  make(file);
  await expect(findCredentials('example.com', env)).rejects.toMatchObject({
    code: 'denied',
    message: `Failed to read ${file}: ${reason}. Mend it.`,
  });
});

test('a helper that gives no answer is killed, whatever it does about it', async () => {
  const env = makeDocker({ credsStore: 'made' }, 'trap "" TERM\nexec sleep 600');
  await expect(findCredentials('example.com', env, 300)).rejects.toMatchObject({
    code: 'denied',
    message: "Failed to ask docker-credential-made: it gave no answer in 0.3 s. Check Docker's config.json.",
  });
});
