import { isJsonObject, parseJson } from '../foundation/parse-json.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import type { Credentials } from './docker-credentials.ts';
import { guardedFetch, readWhole } from './guarded-fetch.ts';

const longestToken = 1 << 20;

/** What a registry wants to be shown, by its `WWW-Authenticate`. */
export interface Challenge {
  scheme: 'basic' | 'bearer';
  parameters: Readonly<Record<string, string>>;
}

/** Reads a challenge. @returns undefined where it is of a kind that registries don't have */
export function parseChallenge(header: string): Challenge | undefined {
  const [, word = '', rest = ''] = /^\s*(\w+)\s*(.*)$/s.exec(header) ?? [];
  const scheme = word.toLowerCase();
  if (scheme !== 'basic' && scheme !== 'bearer') return undefined;
  const pairs = [...rest.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)];
  const parameters = pairs.map(([, key = '', quoted, plain = '']) => [
    key.toLowerCase(),
    quoted?.replace(/\\(.)/g, '$1') ?? plain,
  ]);
  return { scheme, parameters: Object.fromEntries(parameters) as Record<string, string> };
}

/**
 * The header that answers a challenge: name and password, or a token that is got for them, or for nobody.
 * @param scope what is to be done, where the challenge does not say
 * @throws RepriseError `denied`
 */
export async function answerChallenge(
  { scheme, parameters }: Challenge,
  { host, credentials, scope }: { host: string; credentials: Credentials | undefined; scope: string },
): Promise<string> {
  if (scheme === 'basic') {
    if (credentials?.kind === 'password') return basic(credentials);
    throw denied(host, 'it wants a password, and there is none for it');
  }
  const { realm = '', service, scope: asked = scope } = parameters;
  if (!URL.canParse(realm)) throw denied(host, 'it does not say where tokens are had');
  const query = { ...(service === undefined ? {} : { service }), scope: asked };
  const answer =
    credentials?.kind === 'token'
      ? await guardedFetch({
          url: realm,
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: () =>
            formOf({ ...query, grant_type: 'refresh_token', client_id: 'reprise', refresh_token: credentials.token }),
        })
      : await guardedFetch({
          url: withQuery(realm, query),
          authorization: credentials === undefined ? undefined : basic(credentials),
        });
  const { status } = answer.response;
  const value = parseJson((await readWhole(answer, longestToken)).toString());
  const token = isJsonObject(value) ? (value['token'] ?? value['access_token']) : undefined;
  if (status === 200 && typeof token === 'string') return `Bearer ${token}`;
  throw denied(host, credentials === undefined ? 'it gives no token to nobody' : 'it refuses the name or the password');
}

/** The error for a registry that lets nobody in. @param reason a sentence without its full stop */
export function denied(host: string, reason: string): RepriseError {
  return new RepriseError('denied', `Failed to enter ${host}: ${reason}. Log in with \`docker login ${host}\`.`);
}

function basic({ username, password }: Extract<Credentials, { kind: 'password' }>): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function formOf(fields: Record<string, string>): string {
  return new URLSearchParams(fields).toString();
}

function withQuery(realm: string, query: Record<string, string>): string {
  const url = new URL(realm);
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  return url.href;
}
