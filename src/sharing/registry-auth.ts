import { isJsonObject, parseJson } from '../foundation/parse-json.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import { parseLead } from './addresses.ts';
import type { Credentials } from './docker-credentials.ts';
import type { GuardedRequest } from './guarded-fetch.ts';
import { readWhole } from './guarded-fetch.ts';
import type { Patience } from './patient-fetch.ts';
import { patientFetch } from './patient-fetch.ts';

const longestToken = 1 << 20;

/** What a registry wants to be shown, by its `WWW-Authenticate`. */
export interface Challenge {
  scheme: 'basic' | 'bearer';
  parameters: Readonly<Record<string, string>>;
}

/**
 * Reads challenges, of which there may be several: a token's is preferred.
 * @returns undefined where none is of a kind that registries have
 */
export function parseChallenge(header: string): Challenge | undefined {
  const found: { scheme: string; parameters: Record<string, string> }[] = [];
  // A word is a scheme where no `=` follows, and the name of a parameter where one does.
  const pieces = header.matchAll(/([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/g);
  for (const [, word = '', quoted, plain] of pieces) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    if (value === undefined) found.push({ scheme: word.toLowerCase(), parameters: {} });
    else Object.assign(found.at(-1)?.parameters ?? {}, { [word.toLowerCase()]: value });
  }
  for (const scheme of ['bearer', 'basic'] as const) {
    const one = found.find((challenge) => challenge.scheme === scheme);
    if (one !== undefined) return { scheme, parameters: one.parameters };
  }
  return undefined;
}

/** Who asks, and for what. */
export interface Asking {
  /** The registry's address. */
  from: URL;
  /** What it is called. */
  host: string;
  credentials: Credentials | undefined;
  /** What is to be done, where the challenge does not say. */
  scope: string;
  patience: Patience;
}

/**
 * The header that answers a challenge: name and password, or a token that is got for them, or for nobody.
 * @throws RepriseError `denied`, or `registry` where the server of tokens fails, or is none to show a password to
 */
export async function answerChallenge({ scheme, parameters }: Challenge, asking: Asking): Promise<string> {
  const { from, host, credentials, scope } = asking;
  if (scheme === 'basic') {
    if (credentials?.kind === 'password') return basic(credentials);
    throw denied(host, 'it wants a password, and there is none for it');
  }
  const { realm = '', service, scope: asked = scope } = parameters;
  if (!URL.canParse(realm)) throw denied(host, 'it does not say where tokens are had');
  const issuer = parseLead(realm, from);
  const answer = await patientFetch(requestToken(issuer, { service, asked, credentials }), asking.patience);
  const { status } = answer.response;
  const bytes = await readWhole(answer, longestToken);
  // A grant that is refused has a status of its own.
  if ([401, 403].includes(status) || (status === 400 && credentials?.kind === 'token'))
    throw denied(
      host,
      credentials === undefined ? 'it gives no token to nobody' : 'it refuses the name or the password',
    );
  return `Bearer ${readToken(status, bytes, issuer.host)}`;
}

function requestToken(
  issuer: URL,
  { service, asked, credentials }: { service: string | undefined; asked: string; credentials: Credentials | undefined },
): GuardedRequest {
  const ofService: [string, string][] = service === undefined ? [] : [['service', service]];
  if (credentials?.kind === 'token') {
    const grant = { grant_type: 'refresh_token', client_id: 'reprise', refresh_token: credentials.token };
    const body = new URLSearchParams([...ofService, ['scope', asked], ...Object.entries(grant)]).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { url: issuer.href, method: 'POST', headers, body: () => body, isRepeatable: true };
  }
  const url = new URL(issuer);
  // In a challenge a list is one text; a query has one `scope` for each.
  for (const name of ['service', 'scope']) url.searchParams.delete(name);
  for (const [key, value] of ofService) url.searchParams.append(key, value);
  for (const one of asked.split(/\s+/)) url.searchParams.append('scope', one);
  return { url: url.href, authorization: credentials === undefined ? undefined : basic(credentials) };
}

/** @throws RepriseError `registry`, which does not tell what came: it may be a token */
function readToken(status: number, bytes: Buffer, host: string): string {
  const value = parseJson(bytes.toString());
  const texts = isJsonObject(value) ? [value['token'], value['access_token']] : [];
  const token = texts.find((text): text is string => typeof text === 'string' && text !== '');
  if (status !== 200) throw noToken(host, `it answered ${status}`);
  if (token === undefined) throw noToken(host, 'it answered without one');
  if (!/^[\x21-\x7e]+$/.test(token)) throw noToken(host, 'it gave one with characters that no token has');
  return token;
}

/** @param reason a sentence without its full stop */
function noToken(host: string, reason: string): RepriseError {
  return new RepriseError(
    'registry',
    `Failed to get a token from ${host}: ${reason}. Try again later, or ask those who run it.`,
  );
}

/** The error for a registry that lets nobody in. @param reason a sentence without its full stop */
export function denied(host: string, reason: string): RepriseError {
  return new RepriseError('denied', `Failed to enter ${host}: ${reason}. Log in with \`docker login ${host}\`.`);
}

function basic({ username, password }: Extract<Credentials, { kind: 'password' }>): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
