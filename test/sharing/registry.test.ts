import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { listAll, makeHome } from '../support/bundles.ts';
import { makeFolder } from '../support/files.ts';
import { serve, serveRegistry } from '../support/registry.ts';
import { runIn } from '../support/run-in.ts';
import { root } from '../support/run.ts';

const recording = join(root, 'recordings/regex.jsonl');
const password = `Basic ${Buffer.from('anna:word').toString('base64')}`;

/** A machine whose Docker has logged in to a host, and a project on it. */
function makeUser(host?: string) {
  const home = makeHome();
  mkdirSync(home.docker);
  const auths = host === undefined ? {} : { [host]: { auth: password.slice('Basic '.length) } };
  writeFileSync(join(home.docker, 'config.json'), JSON.stringify({ auths }));
  const project = makeFolder();
  return { ...home, project, run: (...args: string[]) => runIn(project, args, home) };
}

/** A registry that holds one bundle, under the tag 1. */
async function serveBundle(answer?: Parameters<typeof serveRegistry>[0]) {
  let isOpen = true;
  const registry = await serveRegistry((request, response) => !isOpen && answer?.(request, response) === true);
  const name = `oci://${registry.host}/team/x:1`;
  const { exitCode, stderr } = await makeUser().run('push', recording, name);
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining('2 files sent')]);
  registry.asked.length = 0;
  isOpen = false;
  return { ...registry, name };
}

test('a bundle is pushed, pulled, and pushed again without a write', async () => {
  const { name, asked } = await serveBundle();
  const user = makeUser();
  expect(await user.run('pull', name)).toMatchObject({ exitCode: 0 });
  expect(await user.run('push', recording, name)).toMatchObject({ exitCode: 0 });
  expect(asked.filter(({ line }) => !/^(GET|HEAD) /.test(line))).toEqual([]);
});

test('a pinned bundle that is not there is told by what was pinned', async () => {
  const { name, host } = await serveBundle();
  const user = makeUser();
  await user.run('pull', name);
  const lock = join(user.project, 'reprise.lock.json');
  const other = `sha256:${'0'.repeat(64)}`;
  writeFileSync(lock, readFileSync(lock, 'utf8').replace(/sha256:[\da-f]{64}/, other));
  expect(await user.run('pull', '--locked')).toMatchObject({
    exitCode: 2,
    stderr: `reprise: Failed to find ${name}: ${host} has no such bundle as the lock pins, ${other}. Push that one again; or pull it by its name, which pins what its tag means now.`,
  });
});

test('a token is got for the password, and shown instead of it', async () => {
  const tokens: { url: string | undefined; authorization: string | undefined }[] = [];
  const issuer = await serve((request, response) => {
    tokens.push({ url: request.url, authorization: request.headers.authorization });
    response.end('{"token":"t0"}');
  });
  const { name, host, asked } = await serveBundle((request, response) => {
    if (request.headers.authorization === 'Bearer t0') return false;
    const challenge = `Bearer realm="http://${issuer}/token?a=b",service="test",scope="repository:team/x:pull"`;
    response.writeHead(401, { 'www-authenticate': challenge }).end();
    return true;
  });
  const user = makeUser(host);
  expect(await user.run('pull', name)).toMatchObject({ exitCode: 0 });
  const url = '/token?a=b&service=test&scope=repository%3Ateam%2Fx%3Apull';
  expect(tokens).toEqual([{ url, authorization: password }]);
  expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(new Set([undefined, 'Bearer t0']));
  tokens.length = 0;
  expect(await makeUser().run('pull', name)).toMatchObject({ exitCode: 0 });
  expect(tokens).toEqual([{ url, authorization: undefined }]);
});

test('content may be led to another host, and no credentials go there', async () => {
  const seen: (string | undefined)[] = [];
  const store = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.end(held.get(request.url?.slice(1) ?? ''));
  });
  const { name, host, blobs } = await serveBundle((request, response) => {
    if (request.headers.authorization !== password)
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    else if (request.url?.includes('/blobs/') === true)
      response.writeHead(307, { location: `http://${store}/${request.url.replace(/^.*\//, '')}` }).end();
    else return false;
    return true;
  });
  const held = blobs;
  expect(await makeUser(host).run('pull', name)).toMatchObject({ exitCode: 0 });
  expect(seen).toEqual([undefined, undefined]);
});

test.each<[string, (other: string) => string, string]>([
  ['to another host', (other) => `http://${other}/x`, 'it leads to OTHER, which the credentials are not for.'],
  ['with a password', (other) => `http://a:b@${other}/x`, 'it leads to OTHER with a password.'],
  [
    'by plain HTTP',
    () => 'http://example.org/x',
    'Failed to fetch http://example.org: plain HTTP goes to this machine only.',
  ],
  ['to a file', () => 'file:///etc/passwd', 'Failed to fetch file://: plain HTTP goes to this machine only.'],
  ['in a circle', () => '', 'it leads from one address to the next more than 5 times.'],
])('a manifest that is led %s is refused, and nothing is left', async (_what, locate, text) => {
  const seen: string[] = [];
  const other = await serve((request, response) => {
    seen.push(request.url ?? '');
    response.end('{}');
  });
  const { name, host } = await serveBundle((request, response) => {
    if (request.headers.authorization !== password)
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    else response.writeHead(302, { location: locate(other) }).end();
    return true;
  });
  const user = makeUser(host);
  const { exitCode, stderr } = await user.run('pull', name);
  expect(stderr.replaceAll(other, 'OTHER')).toContain(text);
  expect(exitCode).toBe(2);
  expect(seen).toEqual([]);
  expect(existsSync(join(user.project, 'reprise.lock.json'))).toBe(false);
});

test('a push that is led to another host is refused', async () => {
  const { host } = await serveRegistry((request, response) => {
    if (request.method !== 'POST') return false;
    response.writeHead(202, { location: 'http://127.0.0.1:9/upload' }).end();
    return true;
  });
  const { exitCode, stderr } = await makeUser().run('push', recording, `oci://${host}/team/x:1`);
  expect(stderr).toContain('it wants the content to be sent to another host.');
  expect(exitCode).toBe(2);
});

test('a push that is led to what is no address is refused', async () => {
  const { host } = await serveRegistry((request, response) => {
    if (request.method !== 'POST') return false;
    response.writeHead(202, { location: 'http://[' }).end();
    return true;
  });
  const { exitCode, stderr } = await makeUser().run('push', recording, `oci://${host}/team/x:1`);
  expect(stderr).toContain("it wants the content to be sent to 'http://['. Ask those who run it.");
  expect(exitCode).toBe(2);
});

test('a registry that is busy is asked again, and one that stays so is told', async () => {
  let left = 2;
  const { name } = await serveBundle((_request, response) => {
    if (left-- <= 0) return false;
    response.writeHead(429, { 'retry-after': '0' }).end('<html>');
    return true;
  });
  expect(await makeUser().run('pull', name)).toMatchObject({ exitCode: 0 });
  left = Infinity;
  const { exitCode, stderr } = await makeUser().run('pull', name);
  expect(stderr).toContain(`for ${name}: it answered 429. Try again later.`);
  expect(exitCode).toBe(2);
});

test('a server of archives that stays busy is told', async () => {
  const host = await serve((_request, response) => response.writeHead(429, { 'retry-after': '3600' }).end('<html>'));
  const { exitCode, stderr } = await makeUser().run('pull', `http://${host}/x.tgz`);
  expect(stderr).toBe(`reprise: Failed to fetch http://${host}/x.tgz: the server answered 429. Try again later.`);
  expect(exitCode).toBe(2);
});

test('localhost may be written in any way, and there plain HTTP is spoken', async () => {
  const { name } = await serveBundle();
  const written = name.replace('127.0.0.1', 'LocalHost');
  expect(await makeUser().run('pull', written)).toMatchObject({ exitCode: 0 });
});

test('an archive is asked for as it is, and taken though it is called an encoding', async () => {
  const user = makeUser();
  await user.run('bundle', recording, '-o', 'fix.tgz');
  const archive = readFileSync(join(user.project, 'fix.tgz'));
  const asked: (string | undefined)[] = [];
  let body = archive;
  const host = await serve((request, response) => {
    asked.push(String(request.headers['accept-encoding']));
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(body);
  });
  for (const sent of [archive, gzipSync(archive)]) {
    body = sent;
    const { exitCode, stderr } = await makeUser().run('pull', `http://${host}/fix.tgz`);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('1 recording')]);
  }
  expect(asked).toEqual(['identity', 'identity']);
});

test.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
  ['another content', (bytes) => Buffer.from(bytes.toString().replace('a', 'b')), /is not (the file|sha256:)/],
  ['more content', (bytes) => Buffer.concat([bytes, Buffer.from('x')]), /it sends more than \d+ bytes/],
  ['less content', (bytes) => bytes.subarray(1), /is not (the file|sha256:)/],
])('a registry that gives %s is refused, and nothing is left', async (_what, change, text) => {
  for (const which of [0, 1]) {
    const { name, blobs } = await serveBundle();
    const [digest, bytes] = [...blobs].toSorted(([, a], [, b]) => a.length - b.length)[which]!;
    blobs.set(digest, change(bytes));
    const user = makeUser();
    const { exitCode, stderr } = await user.run('pull', name);
    expect(stderr).toMatch(text);
    expect(exitCode).toBe(2);
    expect(existsSync(user.cache) ? listAll(user.cache) : []).toEqual(which === 0 ? [] : ['part']);
  }
});

test.each([
  ['a manifest of 5 MB', Buffer.alloc(5 << 20, 0x20), 'it sends more than 4194304 bytes'],
  [
    'an image',
    Buffer.from('{"config":{"mediaType":"application/vnd.oci.image.config.v1+json"}}'),
    'it is no bundle of reprise',
  ],
  ['no JSON', Buffer.from('<html>'), 'it is no bundle of reprise'],
])('%s is refused', async (_what, bytes, text) => {
  const { name, manifests } = await serveBundle();
  manifests.set('1', bytes);
  const { exitCode, stderr } = await makeUser().run('pull', name);
  expect(stderr).toContain(text);
  expect(exitCode).toBe(2);
});

test('a damaged cache is mended by a pull', async () => {
  const { name, asked } = await serveBundle();
  const user = makeUser();
  await user.run('pull', name);
  const file = listAll(user.cache).find((one) => one.endsWith('regex.jsonl'))!;
  writeFileSync(join(user.cache, file), 'x');
  asked.length = 0;
  expect(await user.run('pull')).toMatchObject({ exitCode: 0 });
  expect(asked.length).toBeGreaterThan(0);
  asked.length = 0;
  expect(await user.run('check', name)).toMatchObject({ exitCode: 0 });
  expect(await user.run('pull', '--locked')).toMatchObject({ exitCode: 0 });
  expect(asked).toEqual([]);
});
