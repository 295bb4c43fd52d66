import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { findHome } from '../foundation/find-home.ts';
import { isJsonObject, parseJson } from '../foundation/parse-json.ts';
import { readSmallText } from '../foundation/read-small-text.ts';
import { RepriseError, reasonOf, systemCode } from '../foundation/reprise-error.ts';

/** What a registry is shown. */
export type Credentials =
  | { kind: 'password'; username: string; password: string }
  /** What Docker keeps where a registry gave it a token instead. */
  | { kind: 'token'; token: string };

const helperPatience = 30_000;
const longestConfig = 4 << 20;
const hub = 'https://index.docker.io/v1/';
/** All that Docker Hub is called; Docker keeps what it has for it under `hub`. */
const hubHosts: readonly string[] = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];

/** Whether a host is Docker Hub. */
export function isHub(host: string): boolean {
  return hubHosts.includes(host.toLowerCase());
}

/**
 * What Docker would show a registry: that of the host's own helper, of the general one, or of the file itself.
 * @returns undefined where there is nothing: it is asked without
 * @throws RepriseError `denied` where a helper fails
 */
export async function findCredentials(
  host: string,
  env: NodeJS.ProcessEnv = process.env,
  patience = helperPatience,
): Promise<Credentials | undefined> {
  const config = readDockerConfig(env['DOCKER_CONFIG'] ?? '');
  const server = isHub(host) ? hub : host;
  const helpers = objectOf(config['credHelpers']);
  const ofHost = namesOf(server).find((name) => Object.hasOwn(helpers, name)) ?? server;
  const helper = textOf(helpers[ofHost]) ?? textOf(config['credsStore']);
  const ofHelper = helper === undefined ? undefined : await askHelper(helper, server, { env, patience });
  return ofHelper ?? fromAuths(objectOf(config['auths']), server);
}

/** @param named the folder that the environment names; empty: the one in the home folder, which there may not be */
function readDockerConfig(named: string): Record<string, unknown> {
  const home = named === '' ? findHome() : undefined;
  if (named === '' && home === undefined) return {};
  const file = join(home === undefined ? named : join(home, '.docker'), 'config.json');
  const value = parseJson(readText(file));
  if (isJsonObject(value)) return value;
  throw new RepriseError('denied', `Failed to read ${file}: it is no JSON object. Mend it.`, { file });
}

/** @returns an empty object's text where there is no such file */
function readText(file: string): string {
  try {
    return readSmallText(file, longestConfig);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '{}';
    throw new RepriseError('denied', `Failed to read ${file}: ${reasonOf(error)}. Mend it.`, { file, cause: error });
  }
}

/** Older versions of Docker have written a scheme and a path to the host. */
function fromAuths(auths: Record<string, unknown>, server: string): Credentials | undefined {
  const names = namesOf(server);
  const key = [...names, ...Object.keys(auths).filter((name) => names.includes(hostOf(name)))].find((name) =>
    Object.hasOwn(auths, name),
  );
  const entry = objectOf(key === undefined ? undefined : auths[key]);
  const token = textOf(entry['identitytoken']);
  if (token !== undefined) return { kind: 'token', token };
  const packed = Buffer.from(textOf(entry['auth']) ?? '', 'base64').toString();
  const colon = packed.indexOf(':');
  const username = colon < 0 ? textOf(entry['username']) : packed.slice(0, colon);
  const password = colon < 0 ? textOf(entry['password']) : packed.slice(colon + 1).replace(/\0+$/, '');
  return username === undefined || password === undefined ? undefined : { kind: 'password', username, password };
}

/** What a server may be called in Docker's file, the usual name first. */
function namesOf(server: string): readonly string[] {
  return server === hub ? [hub, ...hubHosts] : [server];
}

function hostOf(server: string): string {
  return server.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

/** Asks `docker-credential-NAME get` by the helpers' protocol: the server on stdin, JSON on stdout. */
async function askHelper(
  name: string,
  server: string,
  { env, patience }: { env: NodeJS.ProcessEnv; patience: number },
): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`;
  if (!/^[\w.-]+$/.test(name)) throw helperFailed(program, 'it has no name of a program');
  const output = await new Promise<string>((resolve, reject) => {
    const options = { env, timeout: patience, killSignal: 'SIGKILL' } as const;
    const child = execFile(program, ['get'], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      // Helpers say on either stream that they know nothing of a server.
      else if (/credentials not found|no credentials/i.test(stdout + stderr)) resolve('');
      else if (systemCode(error) === 'ENOENT') reject(helperFailed(program, 'it is not on the PATH'));
      else if (error.killed === true) reject(helperFailed(program, `it gave no answer in ${patience / 1000} s`));
      else reject(helperFailed(program, reasonOf(stderr.trim() || 'it failed')));
    });
    child.stdin?.on('error', () => undefined); // one that does not read is told by its status
    child.stdin?.end(server);
  });
  if (output === '') return undefined;
  const value = objectOf(parseJson(output));
  const [username, secret] = [textOf(value['Username']), textOf(value['Secret'])];
  if (username === undefined || secret === undefined) throw helperFailed(program, 'it gave no name and no secret');
  return username === '<token>' ? { kind: 'token', token: secret } : { kind: 'password', username, password: secret };
}

function helperFailed(program: string, reason: string): RepriseError {
  return new RepriseError('denied', `Failed to ask ${program}: ${reason}. Check Docker's config.json.`);
}

function objectOf(value: unknown): Record<string, unknown> {
  return isJsonObject(value) ? value : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
