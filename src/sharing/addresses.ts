import { RepriseError } from '../foundation/reprise-error.ts';

/** Whether a host is this very machine. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host);
}

/** @throws RepriseError where an address is none, or is plain HTTP to another machine */
export function parseAddress(text: string, base?: string): URL {
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

/**
 * Where a server leads to: never with a password in it, from elsewhere to this very machine, or from HTTPS to plain HTTP.
 * @throws RepriseError `registry`
 */
export function parseLead(location: string, from: URL): URL {
  const to = parseAddress(location, from.href);
  if (to.username !== '' || to.password !== '') throw refuseLead(from, `it leads to ${to.host} with a password`);
  if (isLoopback(to.host) && !isLoopback(from.host)) throw refuseLead(from, 'it leads to this very machine');
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw refuseLead(from, `it leads to ${to.host} by plain HTTP`);
  return to;
}

/** @param reason a sentence without its full stop */
export function refuseLead(from: URL, reason: string): RepriseError {
  return new RepriseError('registry', `Failed to fetch from ${from.host}: ${reason}. That is refused.`);
}
