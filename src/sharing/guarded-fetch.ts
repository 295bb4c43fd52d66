import { RepriseError, asError, reasonOf, systemCode } from '../foundation/reprise-error.ts';
import { parseAddress, parseLead, refuseLead } from './addresses.ts';

/** A server that says nothing for so long is given up, in milliseconds. */
const patience = 60_000;
/** One that is sent something may still be busy with what the system holds for it, which is some MB. */
const sendingPatience = 240_000;
/** What is handed to the socket at once, of a body that is whole. */
const slabSize = 64 << 10;
const mostRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

/** What is sent: a text, or bytes, at once or as they come. */
type Body = AsyncIterable<Uint8Array> | string | Uint8Array;

/** A request to a server that is not trusted further than need be. */
export interface GuardedRequest {
  url: string;
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT';
  headers?: Readonly<Record<string, string>>;
  /** Made anew for each attempt. */
  body?: () => Body;
  /** Goes to the host of `url` alone. */
  authorization?: string | undefined;
  /** Whether a busy server may be asked again. @default true for GET and HEAD */
  isRepeatable?: boolean;
  /** Whether it may be sent on to another host, without credentials, as registries do with large content. */
  mayLeave?: boolean;
}

/** An answer, and a way to say that it still comes. */
export interface GuardedResponse {
  response: Response;
  /** Called while the body is read, so that it is not taken for silence. */
  onLife: () => void;
}

/**
 * Fetches by `fetch`, and follows redirects by hand: plain HTTP goes to loopback only, and credentials never to another
 * host than they are for.
 * @throws RepriseError `not-reached`, or `registry` where the server leads elsewhere
 */
export async function guardedFetch(request: GuardedRequest): Promise<GuardedResponse> {
  const first = parseAddress(request.url);
  let url = first;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const answer = await send(request, url, url.origin === first.origin ? request.authorization : undefined);
    const location = answer.response.headers.get('location');
    if (!redirects.has(answer.response.status) || location === null) return answer;
    await answer.response.body?.cancel();
    url = follow(request, url, location);
  }
  throw refuseLead(first, `it leads from one address to the next more than ${mostRedirects} times`);
}

function follow({ method = 'GET', authorization, mayLeave = false }: GuardedRequest, from: URL, location: string): URL {
  const to = parseLead(location, from);
  if (method !== 'GET' && method !== 'HEAD') throw refuseLead(from, `it leads a ${method} to ${to.host}`);
  if (to.origin !== from.origin && !mayLeave)
    throw refuseLead(
      from,
      `it leads to ${to.host}${authorization === undefined ? '' : ', which the credentials are not for'}`,
    );
  return to;
}

async function send(request: GuardedRequest, url: URL, authorization: string | undefined): Promise<GuardedResponse> {
  const { method = 'GET', body } = request;
  const silence = new AbortController();
  const longest = body === undefined ? patience : sendingPatience;
  const timer = setTimeout(() => silence.abort(new Error(`nothing came for ${longest / 1000} s`)), longest);
  timer.unref();
  const onLife = (): void => void timer.refresh();
  const content = body?.();
  // A file is wanted as it is: what is unpacked on the way is not what was asked for.
  const headers = new Headers({ 'accept-encoding': 'identity', ...request.headers });
  if (authorization !== undefined) headers.set('authorization', authorization);
  if (content instanceof Uint8Array) headers.set('content-length', String(content.length));
  const init = {
    method,
    headers,
    redirect: 'manual' as const,
    signal: silence.signal,
    ...(content === undefined ? {} : { body: told(content, onLife), duplex: 'half' as const }),
  };
  try {
    return { response: await fetch(url, init), onLife };
  } catch (error) {
    const own = [error, asError(error).cause].find((one) => one instanceof RepriseError);
    throw own ?? notReached(url.host, error);
  }
}

/** The same body; whenever more of it is wanted, the socket has taken what there was. */
function told(content: Body, onLife: () => void): AsyncIterable<Uint8Array> | string {
  return typeof content === 'string' ? content : chunksOf(content, onLife);
}

async function* chunksOf(content: Exclude<Body, string>, onLife: () => void): AsyncIterable<Uint8Array> {
  for await (const chunk of content instanceof Uint8Array ? slabsOf(content) : content) {
    yield chunk;
    onLife();
  }
}

function* slabsOf(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += slabSize) yield bytes.subarray(at, at + slabSize);
}

/** The error for a connection that failed. */
function notReached(host: string, error: unknown): RepriseError {
  const cause = asError(error).cause ?? error;
  return new RepriseError(
    'not-reached',
    `Failed to reach ${host}: ${explainBroken(cause)}. Check the address, and try again.`,
    { cause: error },
  );
}

/** OpenSSL's own lines have its source files in them; what it says of plain HTTP is not understood by anybody. */
function explainBroken(cause: unknown): string {
  const code = systemCode(cause) ?? '';
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/.test(code))
    return 'it does not speak HTTPS, and plain HTTP goes to this machine only';
  if (code.startsWith('ERR_SSL_')) return `no connection by HTTPS comes about (${code})`;
  return reasonOf(cause) || code || 'the connection broke';
}

/**
 * Reads an answer's body as it comes.
 * @throws RepriseError `too-large` where it is longer than `limit`, or `not-reached` where it breaks
 */
export async function* readBody({ response, onLife }: GuardedResponse, limit: number): AsyncIterable<Uint8Array> {
  const host = response.url === '' ? 'the server' : new URL(response.url).host;
  let count = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      onLife();
      count += chunk.length;
      if (count > limit)
        throw new RepriseError(
          'too-large',
          `Failed to fetch from ${host}: it sends more than ${limit} bytes. That is refused.`,
        );
      yield chunk;
    }
  } catch (error) {
    throw error instanceof RepriseError ? error : notReached(host, error);
  }
}

/** The same, at once. */
export async function readWhole(answer: GuardedResponse, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readBody(answer, limit)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
