import { RepriseError, asError, reasonOf, systemCode } from '../foundation/reprise-error.ts';

/** A server that says nothing for so long is given up, in milliseconds. */
const patience = 60_000;
const mostRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

/** A request to a server that is not trusted further than need be. */
export interface GuardedRequest {
  url: string;
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT';
  headers?: Readonly<Record<string, string>>;
  /** Made anew for each attempt. */
  body?: () => AsyncIterable<Uint8Array> | string | Uint8Array;
  /** Goes to the host of `url` alone. */
  authorization?: string | undefined;
  /** Whether it may be sent on to another host, without credentials, as registries do with large content. */
  mayLeave?: boolean;
}

/** An answer, and a way to say that it still comes. */
export interface GuardedResponse {
  response: Response;
  /** Called while the body is read, so that it is not taken for silence. */
  onLife: () => void;
}

/** Whether a host is this very machine. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host);
}

/**
 * Fetches by `fetch`, and follows redirects by hand: plain HTTP goes to loopback only, and credentials never to another
 * host than they are for.
 * @throws RepriseError `not-reached`, or `registry` where the server leads elsewhere
 */
export async function guardedFetch(request: GuardedRequest): Promise<GuardedResponse> {
  const first = parseUrl(request.url, request.url);
  let url = first;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const answer = await send(request, url, url.origin === first.origin ? request.authorization : undefined);
    const location = answer.response.headers.get('location');
    if (!redirects.has(answer.response.status) || location === null) return answer;
    await answer.response.body?.cancel();
    url = follow(request, url, location);
  }
  throw refuse(first, `it leads from one address to the next more than ${mostRedirects} times`);
}

function follow({ method = 'GET', authorization, mayLeave = false }: GuardedRequest, from: URL, location: string): URL {
  const to = parseUrl(location, from.href);
  if (method !== 'GET' && method !== 'HEAD') throw refuse(from, `it leads a ${method} to ${to.host}`);
  if (to.username !== '' || to.password !== '') throw refuse(from, `it leads to ${to.host} with a password`);
  if (isLoopback(to.host) && !isLoopback(from.host)) throw refuse(from, 'it leads to this very machine');
  if (from.protocol === 'https:' && to.protocol === 'http:') throw refuse(from, `it leads to ${to.host} by plain HTTP`);
  if (to.origin !== from.origin && !mayLeave)
    throw refuse(
      from,
      `it leads to ${to.host}${authorization === undefined ? '' : ', which the credentials are not for'}`,
    );
  return to;
}

/** @throws RepriseError where an address is none, or is plain HTTP to another machine */
function parseUrl(text: string, base: string): URL {
  const url = URL.canParse(text, base) ? new URL(text, base) : undefined;
  if (url === undefined)
    throw new RepriseError('registry', `Failed to fetch: '${text}' is no address. Check the server.`);
  const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.host));
  if (isAllowed) return url;
  throw new RepriseError(
    'registry',
    `Failed to fetch ${url.protocol}//${url.host}: plain HTTP goes to this machine only. Use HTTPS.`,
  );
}

async function send(request: GuardedRequest, url: URL, authorization: string | undefined): Promise<GuardedResponse> {
  const { method = 'GET', headers = {}, body } = request;
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error(`nothing came for ${patience / 1000} s`)), patience);
  timer.unref();
  const onLife = (): void => void timer.refresh();
  const content = body?.();
  try {
    const init = {
      method,
      headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
      redirect: 'manual' as const,
      signal: silence.signal,
      ...(content === undefined ? {} : { body: content, duplex: 'half' as const }),
    };
    return { response: await fetch(url, init), onLife };
  } catch (error) {
    const own = [error, asError(error).cause].find((one) => one instanceof RepriseError);
    throw own ?? notReached(url.host, error);
  }
}

/** The error for a connection that failed. */
function notReached(host: string, error: unknown): RepriseError {
  const cause = asError(error).cause ?? error;
  const code = systemCode(cause);
  const reason =
    code === 'ECONNREFUSED' ? 'nothing listens there' : reasonOf(cause) || (code ?? 'the connection broke');
  return new RepriseError('not-reached', `Failed to reach ${host}: ${reason}. Check the address, and try again.`, {
    cause: error,
  });
}

/** @param reason a sentence without its full stop */
function refuse(url: URL, reason: string): RepriseError {
  return new RepriseError('registry', `Failed to fetch from ${url.host}: ${reason}. That is refused.`);
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
