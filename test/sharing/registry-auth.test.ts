import type { IncomingMessage, RequestListener } from 'node:http';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/foundation/clock.ts';
import type { Credentials } from '../../src/sharing/docker-credentials.ts';
import { answerChallenge, parseChallenge } from '../../src/sharing/registry-auth.ts';
import { serve } from '../support/registry.ts';

const patience = { clock: systemClock, onWarning: () => undefined };
const anna: Credentials = { kind: 'password', username: 'anna', password: 'word' };

test.each<[string, ReturnType<typeof parseChallenge>]>([
  ['Basic realm="x"', { scheme: 'basic', parameters: { realm: 'x' } }],
  ['basic', { scheme: 'basic', parameters: {} }],
  [
    'Bearer realm="https://a/t?x=1,2",service=s , scope="repository:a:pull,push"',
    { scheme: 'bearer', parameters: { realm: 'https://a/t?x=1,2', service: 's', scope: 'repository:a:pull,push' } },
  ],
  [
    'Bearer realm="https://a/t",service="s",Basic realm="x"',
    { scheme: 'bearer', parameters: { realm: 'https://a/t', service: 's' } },
  ],
  [
    'Basic realm="a \\"b\\", Bearer x", BEARER Realm = "https://a/t"',
    { scheme: 'bearer', parameters: { realm: 'https://a/t' } },
  ],
  ['Negotiate, Basic realm="x"', { scheme: 'basic', parameters: { realm: 'x' } }],
  ['Negotiate YIIabc/+==, Basic realm="x"', { scheme: 'basic', parameters: { realm: 'x' } }],
  ['Negotiate', undefined],
  ['realm="x"', undefined],
  ['', undefined],
])('the challenge %s is read', (header, challenge) => {
  expect(parseChallenge(header)).toEqual(challenge);
});

/** Asks a server of tokens on this machine. */
async function ask(
  listener: RequestListener,
  { credentials = anna, scope = 's' }: { credentials?: Credentials | undefined; scope?: string } = {},
): Promise<string> {
  const issuer = await serve(listener);
  const parameters = { realm: `http://${issuer}/t?a=b&scope=old`, service: 'me', scope };
  const asking = { from: new URL('http://127.0.0.1:1/'), host: 'HOST', credentials, scope: 'other', patience };
  try {
    return await answerChallenge({ scheme: 'bearer', parameters }, asking);
  } catch (error) {
    return (error as Error).message.replaceAll(issuer, 'ISSUER');
  }
}

const later = 'Try again later, or ask those who run it.';
test.each<[string, number, string, string]>([
  ['a token', 200, '{"token":"t0"}', 'Bearer t0'],
  ['one of OAuth', 200, '{"access_token":"t0"}', 'Bearer t0'],
  ['an empty one beside a good one', 200, '{"token":"","access_token":"t0"}', 'Bearer t0'],
  [
    'one with a newline',
    200,
    '{"token":"sekret-tok\\nen-value"}',
    `Failed to get a token from ISSUER: it gave one with characters that no token has. ${later}`,
  ],
  ['no token', 200, '{"token":""}', `Failed to get a token from ISSUER: it answered without one. ${later}`],
  ['a page', 200, '<html>', `Failed to get a token from ISSUER: it answered without one. ${later}`],
  ['a failure', 500, '<html>', `Failed to get a token from ISSUER: it answered 500. ${later}`],
  ['400', 400, '{}', `Failed to get a token from ISSUER: it answered 400. ${later}`],
  [
    'a refusal',
    401,
    '{}',
    'Failed to enter HOST: it refuses the name or the password. Log in with `docker login HOST`.',
  ],
])('a server of tokens that gives %s is understood', async (_what, status, body, expected) => {
  expect(await ask((_request, response) => void response.writeHead(status).end(body))).toBe(expected);
});

test('a server of tokens that is busy is asked again', async () => {
  const answers = [429, 503];
  const told = await ask((_request, response) => {
    const status = answers.shift() ?? 200;
    response.writeHead(status, { 'retry-after': '0' }).end('{"token":"t1"}');
  });
  expect([told, answers]).toEqual(['Bearer t1', []]);
});

test('each scope of a list is asked for by itself, and a grant names them together', async () => {
  const urls: (string | undefined)[] = [];
  const bodies: string[] = [];
  const listener = (request: IncomingMessage, response: Parameters<RequestListener>[1]): void => {
    urls.push(request.url);
    request.on('data', (chunk: Buffer) => void bodies.push(chunk.toString()));
    request.on('end', () => response.end('{"token":"t"}'));
  };
  await ask(listener, { scope: 'repository:a:pull  repository:b:push' });
  await ask(listener, { scope: 'repository:a:pull', credentials: { kind: 'token', token: 'r' } });
  expect(urls).toEqual([
    '/t?a=b&service=me&scope=repository%3Aa%3Apull&scope=repository%3Ab%3Apush',
    '/t?a=b&scope=old',
  ]);
  expect(bodies).toEqual([
    'service=me&scope=repository%3Aa%3Apull&grant_type=refresh_token&client_id=reprise&refresh_token=r',
  ]);
});

test.each([
  ['http://127.0.0.1:9/t', 'it leads to this very machine'],
  ['https://localhost/t', 'it leads to this very machine'],
  ['https://a:b@example.org/t', 'it leads to example.org with a password'],
])('a password is not shown to %s', async (realm, reason) => {
  const asking = {
    from: new URL('https://example.com/v2/'),
    host: 'example.com',
    credentials: anna,
    scope: 's',
    patience,
  };
  await expect(answerChallenge({ scheme: 'bearer', parameters: { realm } }, asking)).rejects.toMatchObject({
    code: 'registry',
    message: `Failed to fetch from example.com: ${reason}. That is refused.`,
  });
});

test('a password is not shown to a server of this machine by plain HTTP, where the registry has HTTPS', async () => {
  const seen: string[] = [];
  const issuer = await serve((request, response) => {
    seen.push(request.url ?? '');
    response.end('{"token":"t"}');
  });
  const asking = { from: new URL('https://127.0.0.1:1/v2/'), host: 'HOST', credentials: anna, scope: 's', patience };
  const parameters = { realm: `http://${issuer}/t` };
  await expect(answerChallenge({ scheme: 'bearer', parameters }, asking)).rejects.toMatchObject({
    message: `Failed to fetch from 127.0.0.1:1: it leads to ${issuer} by plain HTTP. That is refused.`,
  });
  expect(seen).toEqual([]);
});
