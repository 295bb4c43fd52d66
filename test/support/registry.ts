import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

/** A server on loopback that goes when the tests of the file are over. @returns its host and port */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What a registry that is made by hand holds, and what it was asked. */
export interface FakeRegistry {
  host: string;
  blobs: Map<string, Buffer>;
  manifests: Map<string, Buffer>;
  asked: { line: string; authorization: string | undefined }[];
}

/** Answers before the registry does, or leaves it to it. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => boolean;

/** The few calls of a registry, as far as bundles need them; the real one has a suite of its own. */
export async function serveRegistry(answer: Answer = () => false): Promise<FakeRegistry> {
  const registry: FakeRegistry = { host: '', blobs: new Map(), manifests: new Map(), asked: [] };
  registry.host = await serve((request, response) => {
    const { method = '', url = '', headers } = request;
    registry.asked.push({ line: `${method} ${url}`, authorization: headers.authorization });
    if (!answer(request, response)) void reply(registry, request, response);
  });
  return registry;
}

async function reply(
  { blobs, manifests }: FakeRegistry,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, url = '' } = request;
  const name = decodeURIComponent(/[^/]*$/.exec(url)?.[0] ?? '');
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (method === 'POST') return void response.writeHead(202, { location: '/upload/x?state=1' }).end();
  if (method === 'PUT' && url.startsWith('/upload/')) {
    blobs.set(new URL(url, 'http://x').searchParams.get('digest') ?? '', body);
    return void response.writeHead(201).end();
  }
  if (method === 'PUT') {
    for (const key of [name, digestOf(body)]) manifests.set(key, body);
    return void response.writeHead(201).end();
  }
  const found = (url.includes('/manifests/') ? manifests : blobs).get(name);
  if (found === undefined) return void response.writeHead(404).end('{"errors":[{"message":"unknown"}]}');
  const headers = { 'content-length': found.length, 'docker-content-digest': digestOf(found) };
  return void response.writeHead(200, headers).end(method === 'HEAD' ? undefined : found);
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
